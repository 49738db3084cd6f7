package norma.nn;

import static norma.tensor.Axes.keepDims;

import java.util.Arrays;
import norma.backend.Backend;
import norma.tensor.Indices;
import norma.tensor.Op;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// Mean over the rows that count of - sum q log softmax(logits), where q = (1 - s) onehot(target) + s / classes.
/// When no row counts the loss is 0 and so is its gradient.
///
/// Shapes: logits (..., classes), targets (...), loss (). With p = softmax(logits): dLogits = (p - q) / count. It is computed
/// in the forward pass, while a row of logits is in cache: large vocabularies are bound by memory. The loss usually ends a
/// forward pass, so its own gradient is 1 and the backward pass has nothing left to compute.
/// Label smoothing s: Szegedy et al. 2015, arXiv 1512.00567.
public final class CrossEntropy {
    /// The target of rows that don't count, if no other is given.
    public static final int IGNORE = -100;

    private CrossEntropy() {
    }

    /// Cross entropy without label smoothing; rows with target [#IGNORE] don't count.
    public static Tensor apply(Tensor logits, Indices targets) {
        return apply(logits, targets, IGNORE, 0);
    }

    /// Cross entropy.
    ///
    /// @param ignore target of rows that don't count
    /// @param smoothing s in [0, 1)
    public static Tensor apply(Tensor logits, Indices targets, int ignore, float smoothing) {
        if (!logits.shape().without(-1).equals(targets.shape())) {
            throw new IllegalArgumentException(
                    "CrossEntropy: logits must be (targets..., classes); got logits %s and targets %s"
                            .formatted(logits.shape(), targets.shape()));
        }
        if (!(smoothing >= 0 && smoothing < 1)) {
            throw new IllegalArgumentException("CrossEntropy: smoothing must lie in [0, 1); got " + smoothing);
        }
        int classes = logits.dim(-1);
        targets.check("CrossEntropy", classes, ignore);
        int rows = targets.shape().size();
        int count = count(targets, ignore);
        Tensor losses = Tensor.empty(Shape.of(rows));
        Tensor dLogits = Tape.records(logits) ? Tensor.empty(logits.shape()) : null;
        Backend.kernels().crossEntropy().crossEntropy(rows, classes, logits.data(), targets.values(), ignore, smoothing,
                losses.data(), 1f / count, dLogits == null ? null : dLogits.data());
        Tensor loss = Tensor.empty(Shape.SCALAR);
        Backend.kernels().crossEntropy().mean(losses.data(), count, loss.data());
        return Tape.record(new Fused(logits, targets, ignore, smoothing, count, dLogits), loss);
    }

    private static int count(Indices targets, int ignore) {
        int count = 0;
        for (int target : targets.values()) {
            count += target == ignore ? 0 : 1;
        }
        return Math.max(1, count);
    }

    /// dLogits is there if the tape recorded the logits.
    record Fused(Tensor logits, Indices targets, int ignore, float smoothing, int count, Tensor dLogits)
            implements Op.Fused {

        @Override
        public Tensor[] inputs() {
            return new Tensor[] {logits};
        }

        @Override
        public Tensor[] backward(Tensor dy) {
            return new Tensor[] {dy.isOne() ? dLogits : dLogits.multiply(dy)};
        }

        @Override
        public Tensor definition() {
            int classes = logits.dim(-1);
            Tensor rows = logits.reshape(targets.shape().size(), classes);
            Tensor shifted = rows.subtract(rows.detach().max(keepDims(-1)));
            Tensor logP = shifted.subtract(shifted.exp().sum(keepDims(-1)).log());
            float[] q = new float[rows.size()];
            for (int r = 0; r < targets.values().length; r++) {
                if (targets.values()[r] != ignore) {
                    Arrays.fill(q, r * classes, (r + 1) * classes, smoothing / classes);
                    q[r * classes + targets.values()[r]] += 1 - smoothing;
                }
            }
            return logP.multiply(Tensor.adopt(rows.shape(), q)).sum().divide(-count);
        }

        @Override
        public String name() {
            return "cross entropy";
        }
    }
}
