package norma.kernel.contract;

import norma.kernel.Floats;
import norma.parallel.Workers;

/// Rotary position embedding (Su et al. 2021, arXiv 2104.09864), the half-split form of GPT-NeoX: in each head of size d the
/// pair (x_j, x_{j + d/2}) is turned by an angle of its own.
public interface RotaryKernel {

    /// y_j = x_j cos - x_{j+d/2} sin, y_{j+d/2} = x_{j+d/2} cos + x_j sin; with `back` the angles are negated, which is the
    /// inverse and the derivative.
    ///
    /// @param x (batch, time, heads * size)
    /// @param cos (time, size / 2)
    /// @param sin (time, size / 2)
    /// @param y as x; may be x
    default void rotate(int batch, int time, int heads, int size, Floats x, Floats cos, Floats sin, boolean back,
            Floats y) {
        int half = size / 2;
        float sign = back ? -1 : 1;
        Workers.split(batch * time, Math.max(1, 16_384 / Math.max(1, heads * size)), (from, to) -> {
            for (int row = from; row < to; row++) {
                int angle = row % time * half;
                for (int h = 0; h < heads; h++) {
                    int at = (row * heads + h) * size;
                    for (int j = 0; j < half; j++) {
                        float c = cos.array()[cos.offset() + angle + j];
                        float s = sign * sin.array()[sin.offset() + angle + j];
                        float a = x.array()[x.offset() + at + j];
                        float b = x.array()[x.offset() + at + half + j];
                        y.array()[y.offset() + at + j] = a * c - b * s;
                        y.array()[y.offset() + at + half + j] = b * c + a * s;
                    }
                }
            }
        });
    }
}
