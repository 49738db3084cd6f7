package norma.kernel;

import norma.parallel.Workers;

/// Softmax and cross entropy in one, over the rows of logits (rows, classes).
///
/// With p = softmax(logits) and label smoothing s, the target is q = (1 - s) onehot(target) + s / classes, and
/// loss = - sum q log p. Rows whose target is `ignore` have loss 0 and no gradient.
public interface CrossEntropy {

    /// Writes the loss of each row and what backward needs.
    ///
    /// @param targets class of each row, in [0, classes) or equal to `ignore`; checked by the caller
    /// @param losses (rows), written
    /// @param logSumExp (rows), written
    default void forward(int rows, int classes, Floats logits, int[] targets, int ignore, float smoothing,
            Floats losses, Floats logSumExp) {
        Workers.split(rows, Workers.grain(classes), (from, to) -> {
            float[] xs = logits.array();
            for (int r = from; r < to; r++) {
                int x0 = logits.offset() + r * classes;
                float max = Float.NEGATIVE_INFINITY;
                for (int i = 0; i < classes; i++) {
                    max = Math.max(max, xs[x0 + i]);
                }
                double exps = 0, distances = 0;
                for (int i = 0; i < classes; i++) {
                    float distance = max - xs[x0 + i];
                    exps += Math.exp(-distance);
                    distances += distance;
                }
                double log = Math.log(exps);
                logSumExp.array()[logSumExp.offset() + r] = (float) (max + log);
                losses.array()[losses.offset() + r] = targets[r] == ignore ? 0
                        : (float) loss(log, (double) max - xs[x0 + targets[r]], distances / classes, smoothing);
            }
        });
    }

    /// - sum q log p from log sum exp(x - max), `max - x[target]` and the mean of max - x.
    static double loss(double log, double toTarget, double meanDistance, double smoothing) {
        return smoothing == 0 ? log + toTarget : log + (1 - smoothing) * toTarget + smoothing * meanDistance;
    }

    /// `dLogits[r] = (p - q) * scale` for rows that count, 0 for the others; dLogits may be logits.
    default void backward(int rows, int classes, Floats logits, int[] targets, int ignore, float smoothing,
            Floats logSumExp, float scale, Floats dLogits) {
        Workers.split(rows, Workers.grain(classes), (from, to) -> {
            float[] xs = logits.array(), dxs = dLogits.array();
            for (int r = from; r < to; r++) {
                int x0 = logits.offset() + r * classes, dx0 = dLogits.offset() + r * classes;
                if (targets[r] == ignore) {
                    dLogits.slice(r * classes, classes).fill(0);
                    continue;
                }
                float log = logSumExp.array()[logSumExp.offset() + r];
                float share = smoothing / classes;
                for (int i = 0; i < classes; i++) {
                    dxs[dx0 + i] = ((float) Math.exp(xs[x0 + i] - log) - share) * scale;
                }
                dxs[dx0 + targets[r]] -= (1 - smoothing) * scale;
            }
        });
    }
}
