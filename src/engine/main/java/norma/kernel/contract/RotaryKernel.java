package norma.kernel.contract;

import norma.kernel.Floats;
import norma.parallel.Workers;

/// Rotary position embedding (Su et al. 2021, arXiv 2104.09864): in each head of size d each of d / 2 pairs is turned by an angle of its
/// own. Pair j is (x_j, x_{j + d/2}), the halves of GPT-NeoX, or (x_{2j}, x_{2j+1}), neighbours as in the paper.
public interface RotaryKernel {

    /// For each pair (a, b): (a cos - b sin, b cos + a sin); with `back` the angles are negated, which is the inverse and the
    /// derivative.
    ///
    /// @param neighbours whether pairs are neighbours, and not halves
    /// @param x (batch, time, heads * size)
    /// @param cos (time, size / 2)
    /// @param sin (time, size / 2)
    /// @param y as x; may be x
    default void rotate(int batch, int time, int heads, int size, boolean neighbours, Floats x, Floats cos, Floats sin,
            boolean back, Floats y) {
        int half = size / 2, step = neighbours ? 2 : 1, apart = neighbours ? 1 : half;
        float sign = back ? -1 : 1;
        Workers.split(batch * time, Math.max(1, 16_384 / Math.max(1, heads * size)), (from, to) -> {
            for (int row = from; row < to; row++) {
                int angle = row % time * half;
                for (int h = 0; h < heads; h++) {
                    int at = (row * heads + h) * size;
                    for (int j = 0; j < half; j++) {
                        float c = cos.array()[cos.offset() + angle + j];
                        float s = sign * sin.array()[sin.offset() + angle + j];
                        int first = at + j * step, second = first + apart;
                        float a = x.array()[x.offset() + first];
                        float b = x.array()[x.offset() + second];
                        y.array()[y.offset() + first] = a * c - b * s;
                        y.array()[y.offset() + second] = b * c + a * s;
                    }
                }
            }
        });
    }
}
