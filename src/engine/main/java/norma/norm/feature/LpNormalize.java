package norma.norm.feature;

import static norma.tensor.Axes.keepDims;

import java.util.function.UnaryOperator;
import norma.nn.Context;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// y = x / max(||x||_p, eps) along an axis: vectors of length 1. With p = 2, dx = (dy - y (y . dy)) / ||x||.
///
/// Shapes: x of any. A vector of zeros gives zeros, and gradients dy / eps, unless they are to be 0.
///
/// @param p positive; infinity for the largest absolute value
/// @param axis along which the vectors lie
/// @param eps least length
/// @param zeroGradAtZero whether a vector of zeros gets a gradient of zeros instead of dy / eps
public record LpNormalize(float p, int axis, float eps, boolean zeroGradAtZero) implements Norm {
    /// Least length if no other is given, as in PyTorch.
    public static final float EPS = 1e-12f;

    /// Checks p.
    public LpNormalize {
        if (!(p > 0)) {
            throw new IllegalArgumentException("LpNormalize: p must be positive; got " + p);
        }
    }

    /// With gradients dy / eps at zero, as in PyTorch.
    public LpNormalize(float p, int axis, float eps) {
        this(p, axis, eps, false);
    }

    /// Euclidean length, along the last axis.
    public static LpNormalize l2() {
        return new LpNormalize(2, -1, EPS);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        if (p == 2) {
            return x.shape().axis(axis) == x.shape().rank() - 1 ? euclidean(x, Tensor.scalar(1), eps, zeroGradAtZero)
                    : euclidean(x.transpose(axis, -1), Tensor.scalar(1), eps, zeroGradAtZero).transpose(axis, -1);
        }
        Tensor tiny = Tensor.scalar(eps).greater(length(x.detach()));
        return tiny.sum().item() == 0 ? x.divide(length(x))
                : clamped(x, axis, tiny, eps, zeroGradAtZero, some -> some.divide(length(some)));
    }

    /// gain * x / max(||x||, eps) along the last axis, in one pass of the uncentered kernel, which adds up squares in double and
    /// leaves sqrt(D) / ||x||: where that is too large, a vector was too short for it.
    ///
    /// @param gain (1) or D
    public static Tensor euclidean(Tensor x, Tensor gain, float eps, boolean zeroGradAtZero) {
        Shape d = Shape.of(x.dim(-1));
        float root = (float) Math.sqrt(x.dim(-1));
        Tensor gamma = Tensor.full(d, 1 / root), y = Tensor.empty(x.shape());
        RmsNorm.Fused norm = RmsNorm.into(y, x, d, gamma.multiply(gain), Float.MIN_NORMAL);
        Tensor tiny = norm.statistics().greater(root / eps);
        if (tiny.sum().item() == 0) {
            return Tape.record(norm, y);
        }
        int[] vectors = x.shape().toArray();
        vectors[vectors.length - 1] = 1;
        return clamped(x, -1, tiny.reshape(vectors), eps, zeroGradAtZero,
                some -> RmsNorm.normalize(some, d, gamma, Float.MIN_NORMAL)).multiply(gain);
    }

    /// x / eps for tiny vectors, else x / ||x||.
    ///
    /// @param tiny 1 for a vector shorter than eps, else 0
    /// @param unit x / ||x||, for vectors that are long enough
    private static Tensor clamped(Tensor x, int axis, Tensor tiny, float eps, boolean zeroGradAtZero,
            UnaryOperator<Tensor> unit) {
        Tensor numerator = !zeroGradAtZero ? x
                : x.detach().abs().max(keepDims(axis)).greater(0).where(x, x.detach());
        return tiny.where(numerator.divide(eps), unit.apply(tiny.where(1, x)));
    }

    /// ||x||_p along an axis, which keeps size 1; p is not 2.
    private Tensor length(Tensor x) {
        if (p == Float.POSITIVE_INFINITY) {
            return x.abs().max(keepDims(axis));
        }
        return p == 1 ? x.abs().sum(keepDims(axis)) : x.abs().power(p).sum(keepDims(axis)).power(1 / p);
    }

    public static NormFactory factory(NormSpec spec) {
        float p = spec.number("p", 2);
        boolean zeroGradAtZero = spec.flag("zero_grad_at_zero", false);
        return (_, _) -> new LpNormalize(p, -1, EPS, zeroGradAtZero);
    }
}
