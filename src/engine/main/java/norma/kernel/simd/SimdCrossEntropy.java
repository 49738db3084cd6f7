package norma.kernel.simd;

import static jdk.incubator.vector.FloatVector.fromArray;
import static norma.kernel.simd.Lanes.F;
import static norma.kernel.simd.Lanes.LANES;

import jdk.incubator.vector.FloatVector;
import norma.kernel.CrossEntropy;
import norma.kernel.Floats;
import norma.parallel.Workers;

/// Softmax and cross entropy on vectors.
final class SimdCrossEntropy implements CrossEntropy {

    @Override
    public void forward(int rows, int classes, Floats logits, int[] targets, int ignore, float smoothing,
            Floats losses, Floats logSumExp) {
        Workers.split(rows, Workers.grain(classes), (from, to) -> {
            float[] x = logits.array();
            for (int r = from; r < to; r++) {
                int x0 = logits.offset() + r * classes;
                float max = Rows.max(x, x0, classes);
                double log = Math.log(Rows.sumOfExps(x, x0, classes, max));
                double distance = smoothing == 0 ? 0 : sumOfDistances(x, x0, classes, max) / classes;
                logSumExp.array()[logSumExp.offset() + r] = (float) (max + log);
                losses.array()[losses.offset() + r] = targets[r] == ignore ? 0
                        : (float) CrossEntropy.loss(log, (double) max - x[x0 + targets[r]], distance, smoothing);
            }
        });
    }

    /// Sum of max - x.
    private static double sumOfDistances(float[] x, int x0, int n, float max) {
        FloatVector sums = FloatVector.zero(F), maxima = FloatVector.broadcast(F, max);
        int i = 0;
        for (; i < F.loopBound(n); i += LANES) {
            sums = sums.add(maxima.sub(fromArray(F, x, x0 + i)));
        }
        float[] lanes = Rows.lanes();
        sums.intoArray(lanes, 0);
        double sum = Rows.sum(lanes);
        for (; i < n; i++) {
            sum += max - x[x0 + i];
        }
        return sum;
    }

    @Override
    public void backward(int rows, int classes, Floats logits, int[] targets, int ignore, float smoothing,
            Floats logSumExp, float scale, Floats dLogits) {
        Workers.split(rows, Workers.grain(classes), (from, to) -> {
            float[] dx = dLogits.array();
            for (int r = from; r < to; r++) {
                int x0 = logits.offset() + r * classes, dx0 = dLogits.offset() + r * classes;
                if (targets[r] == ignore) {
                    dLogits.slice(r * classes, classes).fill(0);
                } else {
                    float log = logSumExp.array()[logSumExp.offset() + r];
                    backwardRow(logits.array(), x0, classes, log, smoothing / classes, scale, dx, dx0);
                    dx[dx0 + targets[r]] -= (1 - smoothing) * scale;
                }
            }
        });
    }

    /// dx = (exp(x - log) - share) * scale
    private static void backwardRow(float[] x, int x0, int n, float log, float share, float scale,
            float[] dx, int dx0) {
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += LANES) {
            VectorMath.expOfNegative(fromArray(F, x, x0 + i).sub(log)).sub(share).mul(scale).intoArray(dx, dx0 + i);
        }
        if (whole < n) {
            float[] lanes = Rows.lanes();
            VectorMath.expOfNegative(Rows.rest(x, x0, whole, n, lanes).sub(log)).sub(share).mul(scale)
                    .intoArray(lanes, 0);
            System.arraycopy(lanes, 0, dx, dx0 + whole, n - whole);
        }
    }
}
