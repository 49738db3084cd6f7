package norma.kernel.contract;

import norma.kernel.Floats;
import norma.parallel.Workers;

/// Softmax over the rows of x (rows, columns).
public interface SoftmaxKernel {

    /// y = exp(x - max x) / sum exp(x - max x); y may be x. Minus infinity gives 0; a row of nothing else gives NaN.
    default void softmax(int rows, int columns, Floats x, Floats y) {
        Workers.split(rows, Workers.grain(columns), (from, to) -> {
            float[] xs = x.array(), ys = y.array();
            for (int r = from; r < to; r++) {
                int x0 = x.offset() + r * columns, y0 = y.offset() + r * columns;
                float max = Float.NEGATIVE_INFINITY;
                for (int i = 0; i < columns; i++) {
                    max = Math.max(max, xs[x0 + i]);
                }
                double sum = 0;
                for (int i = 0; i < columns; i++) {
                    ys[y0 + i] = (float) Math.exp(xs[x0 + i] - max);
                    sum += ys[y0 + i];
                }
                float scale = (float) (1 / sum);
                for (int i = 0; i < columns; i++) {
                    ys[y0 + i] *= scale;
                }
            }
        });
    }

    /// dx = y * (dy - sum(dy * y)); dx may be dy.
    default void softmaxBackward(int rows, int columns, Floats y, Floats dy, Floats dx) {
        Workers.split(rows, Workers.grain(columns), (from, to) -> {
            float[] ys = y.array(), dys = dy.array(), dxs = dx.array();
            for (int r = from; r < to; r++) {
                int y0 = y.offset() + r * columns, dy0 = dy.offset() + r * columns, dx0 = dx.offset() + r * columns;
                double dot = 0;
                for (int i = 0; i < columns; i++) {
                    dot += (double) dys[dy0 + i] * ys[y0 + i];
                }
                float mean = (float) dot;
                for (int i = 0; i < columns; i++) {
                    dxs[dx0 + i] = ys[y0 + i] * (dys[dy0 + i] - mean);
                }
            }
        });
    }
}
