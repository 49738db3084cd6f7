package norma.nn;

import java.util.Optional;
import norma.backend.Backend;
import norma.kernel.contract.CrossEntropyKernel;
import norma.tensor.Indices;
import norma.tensor.Op;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// Cross entropy with options; without any it is [Losses#crossEntropy(Tensor, Indices)].
///
/// ```java
/// Tensor loss = CrossEntropy.of().withSmoothing(0.1f).withIgnored(0).apply(logits, targets);
/// ```
///
/// The term of a row is - sum over classes c of v_c q_c log softmax(logits)_c, where q = (1 - s) onehot(target) + s /
/// classes and v are weights of the classes, or ones. The mean is the sum of the terms over the sum of v_target of the
/// rows that count; when that is 0, as when no row counts, the loss is 0 and so is its gradient. Rows that don't count
/// have the term 0.
///
/// Shapes: logits (..., classes), targets (...), v (classes), loss () or, without a reduction, (...). With p =
/// softmax(logits) and no v: dLogits = (p - q) / count. It is computed in the forward pass, while a row of logits is in
/// cache: large vocabularies are bound by memory. The loss usually ends a forward pass, so its own gradient is 1 and
/// the backward pass has nothing left to compute. With v the loss is computed by its definition. Label smoothing s:
/// Szegedy et al. 2015, arXiv 1512.00567.
///
/// @param weights v
/// @param ignored target of rows that don't count
/// @param smoothing s in [0, 1)
/// @param reduction what becomes of the terms
public record CrossEntropy(Optional<Tensor> weights, int ignored, float smoothing, Reduction reduction) {
    /// The target of rows that don't count, if no other is given.
    public static final int IGNORE = -100;

    private static final CrossEntropy PLAIN = new CrossEntropy(Optional.empty(), IGNORE, 0, Reduction.MEAN);

    /// Checks the options.
    public CrossEntropy {
        if (!(smoothing >= 0 && smoothing < 1)) {
            throw new IllegalArgumentException("CrossEntropy: smoothing must lie in [0, 1); got " + smoothing);
        }
        weights.ifPresent(CrossEntropy::requireWeights);
    }

    private static void requireWeights(Tensor v) {
        float[] weights = v.toArray();
        for (int c = 0; c < weights.length; c++) {
            if (!(weights[c] >= 0 && weights[c] < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "CrossEntropy: weights of classes must be numbers of at least 0; got %s for class %d"
                                .formatted(weights[c], c));
            }
        }
    }

    /// The mean over all rows whose target is not [#IGNORE].
    public static CrossEntropy of() {
        return PLAIN;
    }

    /// The same with weights of the classes.
    ///
    /// @param v (classes), at least 0: more for classes that are rare or matter more
    public CrossEntropy withWeights(Tensor v) {
        return new CrossEntropy(Optional.of(v), ignored, smoothing, reduction);
    }

    /// The same with another target of rows that don't count.
    public CrossEntropy withIgnored(int target) {
        return new CrossEntropy(weights, target, smoothing, reduction);
    }

    /// The same with label smoothing.
    public CrossEntropy withSmoothing(float s) {
        return new CrossEntropy(weights, ignored, s, reduction);
    }

    /// The same with another reduction.
    public CrossEntropy withReduction(Reduction other) {
        return new CrossEntropy(weights, ignored, smoothing, other);
    }

    /// The loss.
    public Tensor apply(Tensor logits, Indices targets) {
        requireShapes(logits, targets);
        targets.check("CrossEntropy", logits.dim(-1), ignored);
        return weights.isPresent() ? definition(logits, targets) : fused(logits, targets);
    }

    private void requireShapes(Tensor logits, Indices targets) {
        if (logits.shape().rank() == 0 || !logits.shape().without(-1).equals(targets.shape())) {
            throw new IllegalArgumentException(
                    "CrossEntropy: logits must be (targets..., classes); got logits %s and targets %s"
                            .formatted(logits.shape(), targets.shape()));
        }
        Shape classes = Shape.of(logits.dim(-1));
        if (weights.isPresent() && !weights.get().shape().equals(classes)) {
            throw new IllegalArgumentException("CrossEntropy: weights must be %s, one a class of logits %s; got %s"
                    .formatted(classes, logits.shape(), weights.get().shape()));
        }
    }

    private Tensor fused(Tensor logits, Indices targets) {
        CrossEntropyKernel kernel = Backend.kernels().crossEntropy();
        int divisor = reduction == Reduction.MEAN ? Math.max(1, counted(targets)) : 1;
        Tensor terms = Tensor.empty(targets.shape());
        Tensor dLogits = Tape.records(logits) ? Tensor.empty(logits.shape()) : null;
        kernel.crossEntropy(targets.shape().size(), logits.dim(-1), logits.data(), targets.values(), ignored, smoothing,
                terms.data(), 1f / divisor, dLogits == null ? null : dLogits.data());
        Fused op = new Fused(this, logits, targets, dLogits);
        if (reduction == Reduction.NONE) {
            return Tape.record(op, terms);
        }
        Tensor loss = Tensor.empty(Shape.SCALAR);
        kernel.mean(terms.data(), divisor, loss.data());
        return Tape.record(op, loss);
    }

    private int counted(Indices targets) {
        int count = 0;
        for (int target : targets.values()) {
            count += target == ignored ? 0 : 1;
        }
        return count;
    }

    /// The loss in tensor algebra.
    private Tensor definition(Tensor logits, Indices targets) {
        int classes = logits.dim(-1), rows = targets.shape().size();
        Tensor logP = logits.reshape(rows, classes).logSoftmax(-1);
        Tensor v = weights.orElseGet(() -> Tensor.full(Shape.of(classes), 1));
        Indices places = inRange(targets);
        Tensor vTarget = v.take(places, 0);
        Tensor terms = logP.takeAlongAxis(Indices.of(places.values(), rows, 1), 1).reshape(rows).multiply(vTarget);
        if (smoothing > 0) {
            terms = terms.multiply(1 - smoothing).add(logP.multiply(v).sum(-1).multiply(smoothing / classes));
        }
        Tensor counts = counts(targets), counted = counts.where(terms.negate(), 0);
        return switch (reduction) {
            case MEAN -> counted.sum().divide(notZero(counts.where(vTarget, 0).sum()));
            case SUM -> counted.sum();
            case NONE -> counted.reshape(targets.shape());
        };
    }

    /// The targets, or some class in the place of those that don't count.
    private Indices inRange(Indices targets) {
        int[] classes = targets.values().clone();
        for (int r = 0; r < classes.length; r++) {
            classes[r] = classes[r] == ignored ? 0 : classes[r];
        }
        return Indices.of(classes, classes.length);
    }

    /// 1 for each row that counts and 0 for the others.
    private Tensor counts(Indices targets) {
        float[] counts = new float[targets.values().length];
        for (int r = 0; r < counts.length; r++) {
            counts[r] = targets.values()[r] == ignored ? 0 : 1;
        }
        return Tensor.adopt(Shape.of(counts.length), counts);
    }

    private static Tensor notZero(Tensor sum) {
        return sum.greater(0).where(sum, 1);
    }

    /// dLogits is there if the tape recorded the logits.
    record Fused(CrossEntropy options, Tensor logits, Indices targets, Tensor dLogits)
            implements Op.Fused, Op.OneInput {

        @Override
        public Tensor x() {
            return logits;
        }

        @Override
        public Tensor dx(Tensor dy) {
            if (dy.isOne()) {
                return dLogits;
            }
            return dLogits.multiply(dy.shape().rank() == 0 ? dy : dy.reshape(dy.shape().append(1)));
        }

        @Override
        public Tensor definition() {
            return options.definition(logits, targets);
        }

        @Override
        public String name() {
            return "cross entropy";
        }
    }
}
