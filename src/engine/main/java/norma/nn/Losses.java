package norma.nn;

import static norma.tensor.Axes.keepDims;

import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// How far predictions are from what they should be. Each loss is a mean of terms, or what a [Reduction] makes of them,
/// and has derivatives of any order in all its tensors.
///
/// ```java
/// Tensor loss = Losses.crossEntropy(model.forward(x), classes);
/// Tensor each = Losses.mse(prediction, target, Reduction.NONE);       // one for each element
/// ```
///
/// | loss | terms |
/// |---|---|
/// | crossEntropy, klDivergence, cosine | one a row: the shape without the last axis |
/// | mse, mae, huber, binaryCrossEntropy | one an element |
public final class Losses {

    private Losses() {
    }

    /// Mean of - log softmax(logits)\[target\]; rows with target [CrossEntropy#IGNORE] don't count. Weights of classes,
    /// smoothing and another target to ignore are options of [CrossEntropy].
    ///
    /// @param logits (..., classes)
    /// @param targets (...), the class of each row
    public static Tensor crossEntropy(Tensor logits, Indices targets) {
        return crossEntropy(logits, targets, Reduction.MEAN);
    }

    /// The same with another reduction; rows that don't count have the term 0.
    public static Tensor crossEntropy(Tensor logits, Indices targets, Reduction reduction) {
        return CrossEntropy.of().withReduction(reduction).apply(logits, targets);
    }

    /// Mean of (prediction - target)^2.
    public static Tensor mse(Tensor prediction, Tensor target) {
        return mse(prediction, target, Reduction.MEAN);
    }

    /// The same with another reduction.
    public static Tensor mse(Tensor prediction, Tensor target, Reduction reduction) {
        return reduction.of(difference("mse", prediction, target).square());
    }

    /// Mean of |prediction - target|; the derivative is 0 where both are equal.
    public static Tensor mae(Tensor prediction, Tensor target) {
        return mae(prediction, target, Reduction.MEAN);
    }

    /// The same with another reduction.
    public static Tensor mae(Tensor prediction, Tensor target, Reduction reduction) {
        return reduction.of(difference("mae", prediction, target).abs());
    }

    /// Mean of d^2 / 2 where |d| <= delta, else delta (|d| - delta / 2), with d = prediction - target (Huber 1964):
    /// squares that single large errors don't dominate.
    ///
    /// @param delta greater than 0
    public static Tensor huber(Tensor prediction, Tensor target, float delta) {
        return huber(prediction, target, delta, Reduction.MEAN);
    }

    /// The same with another reduction.
    public static Tensor huber(Tensor prediction, Tensor target, float delta, Reduction reduction) {
        if (!(delta > 0 && delta < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("Losses.huber: delta must be a number above 0; got " + delta);
        }
        Tensor d = difference("huber", prediction, target);
        Tensor clipped = d.clip(-delta, delta);
        return reduction.of(clipped.multiply(d.subtract(clipped.multiply(0.5f))));
    }

    /// Mean of - t log p - (1 - t) log(1 - p) with p = sigmoid(logit), for answers of yes and no. It is computed as
    /// t softplus(-logit) + (1 - t) softplus(logit), where softplus(z) = log(1 + exp z), and so right for logits of any
    /// size.
    ///
    /// @param logits before the sigmoid
    /// @param targets t in \[0, 1\], in the shape of the logits
    public static Tensor binaryCrossEntropy(Tensor logits, Tensor targets) {
        return binaryCrossEntropy(logits, targets, Reduction.MEAN);
    }

    /// The same with another reduction.
    public static Tensor binaryCrossEntropy(Tensor logits, Tensor targets, Reduction reduction) {
        requireEqual("binaryCrossEntropy", "logits", logits, "targets", targets);
        Tensor yes = logits.negate().softplus().multiply(targets);
        Tensor no = logits.softplus().multiply(targets.negate().add(1));
        return reduction.of(yes.add(no));
    }

    /// Mean over rows of KL(p || q) = sum p (log p - log q) over the last axis, with 0 log 0 = 0: how much a model's q
    /// loses against the target p (Kullback & Leibler 1951). In distillation q is the student's and p the teacher's.
    ///
    /// @param logProbabilities log q of the model, (..., n)
    /// @param targets p, probabilities, in the same shape
    public static Tensor klDivergence(Tensor logProbabilities, Tensor targets) {
        return klDivergence(logProbabilities, targets, Reduction.MEAN);
    }

    /// The same with another reduction.
    public static Tensor klDivergence(Tensor logProbabilities, Tensor targets, Reduction reduction) {
        requireEqual("klDivergence", "logProbabilities", logProbabilities, "targets", targets);
        Tensor possible = targets.greater(0), logP = possible.where(targets, 1).log();
        // where p is 0, log q may be -infinity
        Tensor logQ = possible.where(logProbabilities, 0);
        return reduction.of(targets.multiply(logP.subtract(logQ)).sum(-1));
    }

    /// Mean over rows of 1 - cos(a, b), the cosine of the angle between the rows: 0 for one direction, 2 for opposite
    /// ones. The lengths of rows don't matter; one of zeros has cosine 0 and no gradient.
    ///
    /// @param a (..., n)
    /// @param b in the same shape
    public static Tensor cosine(Tensor a, Tensor b) {
        return cosine(a, b, Reduction.MEAN);
    }

    /// The same with another reduction.
    public static Tensor cosine(Tensor a, Tensor b, Reduction reduction) {
        requireEqual("cosine", "a", a, "b", b);
        return reduction.of(direction(a).multiply(direction(b)).sum(-1).negate().add(1));
    }

    /// Rows of length 1. They are first divided by their largest element, which can't change a direction and keeps
    /// squares in the range of float; rows of zeros are divided by infinity.
    private static Tensor direction(Tensor x) {
        Tensor largest = x.detach().abs().max(keepDims(-1));
        Tensor scaled = x.divide(largest.greater(0).where(largest, Float.POSITIVE_INFINITY));
        // at least 1, but for rows of zeros
        Tensor squares = scaled.square().sum(keepDims(-1)).maximum(0.5f);
        return scaled.divide(squares.sqrt());
    }

    private static Tensor difference(String loss, Tensor prediction, Tensor target) {
        requireEqual(loss, "prediction", prediction, "target", target);
        return prediction.subtract(target);
    }

    private static void requireEqual(String loss, String nameA, Tensor a, String nameB, Tensor b) {
        Shape shape = a.shape();
        if (!shape.equals(b.shape())) {
            throw new IllegalArgumentException("Losses.%s: %s and %s must have one shape; got %s and %s; reshape one?"
                    .formatted(loss, nameA, nameB, shape, b.shape()));
        }
    }
}
