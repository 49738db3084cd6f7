package norma.kernel.contract;

import norma.kernel.Floats;
import norma.parallel.Workers;

/// Softmax and cross entropy in one, over the rows of logits (rows, classes).
///
/// With p = softmax(logits) and label smoothing s, the target is q = (1 - s) onehot(target) + s / classes, and
/// loss = - sum q log p. Rows whose target is `ignore` have loss 0 and no gradient.
public interface CrossEntropyKernel {

    /// Writes the loss of each row and, while the row is still in cache, its gradient `(p - q) * scale`: nothing has to be read
    /// or computed again when the gradient is asked for, and p does not suffer from a log sum exp rounded to float.
    ///
    /// @param targets class of each row, in [0, classes) or equal to `ignore`; checked by the caller
    /// @param losses (rows), written
    /// @param scale factor on the gradient: 1 / (rows that count) for that of the mean
    /// @param dLogits (rows, classes), written; may be logits; null if nobody needs it
    default void crossEntropy(int rows, int classes, Floats logits, int[] targets, int ignore, float smoothing,
            Floats losses, float scale, Floats dLogits) {
        Workers.split(rows, Workers.grain(classes), (from, to) -> {
            for (int r = from; r < to; r++) {
                Floats x = logits.slice(r * classes, classes);
                Floats dx = dLogits == null ? null : dLogits.slice(r * classes, classes);
                losses.array()[losses.offset() + r] =
                        targets[r] == ignore ? ignored(dx) : row(x, targets[r], smoothing, scale, dx);
            }
        });
    }

    /// The mean over the rows that count, summed in double.
    ///
    /// @param losses those of all rows, 0 where they don't count
    /// @param count how many do
    /// @param loss (1), written
    default void mean(Floats losses, int count, Floats loss) {
        double sum = 0;
        for (int i = 0; i < losses.length(); i++) {
            sum += losses.get(i);
        }
        loss.array()[loss.offset()] = (float) (sum / count);
    }

    /// The loss of a row that does not count.
    static float ignored(Floats dx) {
        if (dx != null) {
            dx.fill(0);
        }
        return 0;
    }

    private static float row(Floats x, int target, float smoothing, float scale, Floats dx) {
        float[] xs = x.array();
        int x0 = x.offset(), classes = x.length();
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < classes; i++) {
            max = Math.max(max, xs[x0 + i]);
        }
        double exps = 0, distances = 0, toTarget = (double) max - xs[x0 + target];
        for (int i = 0; i < classes; i++) {
            float distance = max - xs[x0 + i];
            exps += Math.exp(-distance);
            distances += distance;
        }
        if (dx != null) {
            for (int i = 0; i < classes; i++) {
                double p = Math.exp(xs[x0 + i] - max) / exps;
                dx.array()[dx.offset() + i] = (float) ((p - smoothing / classes) * scale);
            }
            dx.array()[dx.offset() + target] -= (1 - smoothing) * scale;
        }
        return loss(exps, toTarget, distances / classes, smoothing);
    }

    /// - sum q log p from sum exp(x - max), `max - x[target]` and the mean of max - x.
    static float loss(double exps, double toTarget, double meanDistance, double smoothing) {
        double log = Math.log(exps);
        return (float) (smoothing == 0 ? log + toTarget
                : log + (1 - smoothing) * toTarget + smoothing * meanDistance);
    }
}
