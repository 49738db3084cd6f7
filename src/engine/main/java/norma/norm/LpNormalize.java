package norma.norm;

import norma.nn.Context;
import norma.nn.Parts;
import norma.tensor.Tensor;

/// y = x / max(||x||_p, eps) along an axis: vectors of length 1. With p = 2, dx = (dy - y (y . dy)) / ||x||.
///
/// Shapes: x of any. A vector of zeros gives zeros, and gradients dy / eps.
///
/// @param p at least 1; infinity for the largest absolute value
/// @param axis along which the vectors lie
/// @param eps least length
public record LpNormalize(float p, int axis, float eps) implements Norm {
    /// Least length if no other is given, as in PyTorch.
    public static final float EPS = 1e-12f;

    /// Checks p.
    public LpNormalize {
        if (!(p >= 1)) {
            throw new IllegalArgumentException("LpNormalize: p must be at least 1; got " + p);
        }
    }

    /// Euclidean length, along the last axis.
    public static LpNormalize l2() {
        return new LpNormalize(2, -1, EPS);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return x.divide(length(x, p, axis).maximum(Tensor.scalar(eps)));
    }

    /// ||x||_p along an axis, which keeps size 1.
    static Tensor length(Tensor x, float p, int axis) {
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
        return (_, _) -> new LpNormalize(p, -1, EPS);
    }

    static void golden(GoldenCase c) {
        float p = (float) c.power("p");
        c.output("y", new LpNormalize(p, c.integer("dim", 1), c.number("eps_clamp", EPS)).forward(c.input("x")));
    }
}
