package norma.norm;

import norma.nn.Context;
import norma.nn.Parts;
import norma.tensor.Shape;
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
        Tensor length = length(x.detach());
        Tensor tiny = Tensor.scalar(eps).greater(length);
        if (tiny.sum().item() == 0) {
            return unit(x);
        }
        Tensor numerator = zeroGradAtZero ? length.greater(Tensor.scalar(0)).where(x, x.detach()) : x;
        return tiny.where(numerator.divide(eps), unit(tiny.where(Tensor.scalar(1), x)));
    }

    /// x / ||x||, for vectors that are long enough.
    private Tensor unit(Tensor x) {
        return p == 2 ? euclidean(x, axis) : x.divide(length(x));
    }

    /// By the uncentred kernel, which adds up squares in double.
    private Tensor euclidean(Tensor x, int axis) {
        if (x.shape().axis(axis) != x.shape().rank() - 1) {
            return euclidean(x.transpose(axis, -1), -1).transpose(axis, -1);
        }
        return RmsNorm.rmsNorm(x, Shape.of(x.dim(-1)), null, Float.MIN_NORMAL).divide((float) Math.sqrt(x.dim(-1)));
    }

    /// ||x||_p along an axis, which keeps size 1.
    private Tensor length(Tensor x) {
        if (p == Float.POSITIVE_INFINITY) {
            return x.abs().max(axis);
        }
        return p == 1 ? x.abs().sum(axis)
                : p == 2 ? x.square().sum(axis).sqrt() : x.abs().power(p).sum(axis).power(1 / p);
    }

    @Override
    public void list(Parts parts) {
    }

    static NormMaker maker(Spec spec) {
        float p = spec.number("p", 2);
        boolean zeroGradAtZero = spec.flag("zero_grad_at_zero", false);
        return (_, _) -> new LpNormalize(p, -1, EPS, zeroGradAtZero);
    }

    static void golden(GoldenCase c) {
        float p = (float) c.power("p");
        c.output("y", new LpNormalize(p, c.integer("dim", 1), c.number("eps_clamp", EPS),
                c.flag("zero_grad_at_zero", false)).forward(c.input("x")));
    }
}
