package norma.kernel.simd.softmax;

import static jdk.incubator.vector.FloatVector.fromArray;
import static norma.kernel.simd.vector.Species.F;
import static norma.kernel.simd.vector.Species.LANES;

import jdk.incubator.vector.FloatVector;
import norma.kernel.Floats;
import norma.kernel.contract.SoftmaxKernel;
import norma.kernel.simd.vector.RowMath;
import norma.parallel.Workers;

/// Softmax on vectors: three passes over a row, which stays in cache between them; the first is made while the row before it
/// has its second.
public final class SimdSoftmax implements SoftmaxKernel {

    @Override
    public void softmax(int rows, int columns, Floats x, Floats y) {
        Workers.split(rows, Workers.grain(columns), (from, to) -> {
            float[] lanes = RowMath.lanes();
            float max = RowMath.max(x.array(), x.offset() + from * columns, columns);
            for (int r = from; r < to; r++) {
                int x0 = x.offset() + r * columns, y0 = y.offset() + r * columns, next = r + 1 < to ? x0 + columns : x0;
                double sum = RowMath.exps(x.array(), x0, columns, max, y.array(), y0, next, lanes);
                max = lanes[0];
                scale(y.array(), y0, columns, (float) (1 / sum));
            }
        });
    }

    private static void scale(float[] y, int y0, int n, float factor) {
        int i = 0;
        for (; i < F.loopBound(n); i += LANES) {
            fromArray(F, y, y0 + i).mul(factor).intoArray(y, y0 + i);
        }
        for (; i < n; i++) {
            y[y0 + i] *= factor;
        }
    }

    @Override
    public void softmaxBackward(int rows, int columns, Floats y, Floats dy, Floats dx) {
        Workers.split(rows, Workers.grain(columns), (from, to) -> {
            for (int r = from; r < to; r++) {
                backwardRow(columns, y.array(), y.offset() + r * columns, dy.array(), dy.offset() + r * columns,
                        dx.array(), dx.offset() + r * columns);
            }
        });
    }

    private static void backwardRow(int n, float[] y, int y0, float[] dy, int dy0, float[] dx, int dx0) {
        FloatVector d0 = FloatVector.zero(F), d1 = d0;
        int i = 0;
        for (; i <= n - 2 * LANES; i += 2 * LANES) {
            d0 = fromArray(F, y, y0 + i).fma(fromArray(F, dy, dy0 + i), d0);
            d1 = fromArray(F, y, y0 + i + LANES).fma(fromArray(F, dy, dy0 + i + LANES), d1);
        }
        float[] lanes = RowMath.lanes();
        d0.add(d1).intoArray(lanes, 0);
        double dot = RowMath.sum(lanes);
        for (; i < n; i++) {
            dot += (double) y[y0 + i] * dy[dy0 + i];
        }
        float mean = (float) dot;
        for (i = 0; i < F.loopBound(n); i += LANES) {
            fromArray(F, dy, dy0 + i).sub(mean).mul(fromArray(F, y, y0 + i)).intoArray(dx, dx0 + i);
        }
        for (; i < n; i++) {
            dx[dx0 + i] = y[y0 + i] * (dy[dy0 + i] - mean);
        }
    }
}
