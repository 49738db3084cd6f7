package norma.kernel.simd.softmax;

import static jdk.incubator.vector.FloatVector.fromArray;
import static norma.kernel.simd.vector.Species.F;
import static norma.kernel.simd.vector.Species.LANES;

import jdk.incubator.vector.FloatVector;
import norma.kernel.Floats;
import norma.kernel.contract.CrossEntropyKernel;
import norma.kernel.contract.Scratch;
import norma.kernel.simd.vector.RowMath;
import norma.parallel.Workers;

/// Softmax and cross entropy on vectors: exp(x - max) is taken once, straight into the place of the gradient.
public final class SimdCrossEntropy implements CrossEntropyKernel {
    private static final Scratch EXPS = new Scratch();

    @Override
    public void crossEntropy(int rows, int classes, Floats logits, int[] targets, int ignore, float smoothing,
            Floats losses, float scale, Floats dLogits) {
        Workers.split(rows, Workers.grain(classes), (from, to) -> {
            boolean gradient = dLogits != null;
            float[] x = logits.array(), dx = gradient ? dLogits.array() : EXPS.floats(classes);
            float[] lanes = RowMath.lanes();
            lanes[0] = RowMath.max(x, logits.offset() + from * classes, classes);
            for (int r = from; r < to; r++) {
                int x0 = logits.offset() + r * classes, dx0 = gradient ? dLogits.offset() + r * classes : 0;
                int next = r + 1 < to ? x0 + classes : x0;
                if (targets[r] != ignore) {
                    losses.array()[losses.offset() + r] =
                            row(x, x0, classes, targets[r], smoothing, scale, gradient, dx, dx0, next, lanes);
                } else {
                    losses.array()[losses.offset() + r] =
                            CrossEntropyKernel.ignored(gradient ? dLogits.slice(r * classes, classes) : null);
                    lanes[0] = RowMath.max(x, next, classes);
                }
            }
        });
    }

    /// The loss of a row, and its gradient if that is wanted; `dx` is scratch otherwise. The first of `lanes` is the maximum of
    /// the row, then that of the next one.
    private static float row(float[] x, int x0, int n, int target, float smoothing, float scale,
            boolean gradient, float[] dx, int dx0, int next, float[] lanes) {
        float max = lanes[0];
        double toTarget = (double) max - x[x0 + target]; // dx may be x
        double distance = smoothing == 0 ? 0 : sumOfDistances(x, x0, n, max) / n;
        double exps = RowMath.exps(x, x0, n, max, dx, dx0, next, lanes);
        if (gradient) {
            affine(dx, dx0, n, (float) (scale / exps), -smoothing / n * scale);
            dx[dx0 + target] -= (1 - smoothing) * scale;
        }
        return CrossEntropyKernel.loss(exps, toTarget, distance, smoothing);
    }

    /// Sum of max - x.
    private static double sumOfDistances(float[] x, int x0, int n, float max) {
        FloatVector sums = FloatVector.zero(F), maxima = FloatVector.broadcast(F, max);
        int i = 0;
        for (; i < F.loopBound(n); i += LANES) {
            sums = sums.add(maxima.sub(fromArray(F, x, x0 + i)));
        }
        float[] lanes = RowMath.lanes();
        sums.intoArray(lanes, 0);
        double sum = RowMath.sum(lanes);
        for (; i < n; i++) {
            sum += max - x[x0 + i];
        }
        return sum;
    }

    /// y = scale y + shift
    private static void affine(float[] y, int y0, int n, float scale, float shift) {
        FloatVector scales = FloatVector.broadcast(F, scale), shifts = FloatVector.broadcast(F, shift);
        int i = 0;
        for (; i < F.loopBound(n); i += LANES) {
            fromArray(F, y, y0 + i).fma(scales, shifts).intoArray(y, y0 + i);
        }
        for (; i < n; i++) {
            y[y0 + i] = Math.fma(scale, y[y0 + i], shift);
        }
    }
}
