package norma.norm;

import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.Parts;
import norma.tensor.Tensor;

/// A [DecorrelatedBatchNorm] that finds the inverse root by a few steps of Newton's iteration: no eigenvalues, only products of
/// small matrices, and stopping early leaves alone what the batch can't estimate (Huang et al. 2019, arXiv 1904.03441). With A
/// = covariance + eps I,
///
///     P = I, then T times P = (3 P - P^3 A / tr(A)) / 2        W = P / sqrt(tr(A))
///     y = gamma * W (x - mean) + beta
///
/// It converges, since the eigenvalues of A / tr(A) lie in (0, 1].
///
/// Shapes: x (N, C) or (N, C, ...), gamma and beta C. Groups have 64 channels as a rule.
///
/// @param gamma gain, ones at first, or null
/// @param beta bias, zeros at first, or null
/// @param whitening running statistics
/// @param iterations T
public record IterNorm(Param gamma, Param beta, Whitening whitening, int iterations) implements Norm {
    /// Epsilon, weight of the newest batch and number of iterations if no others are given.
    public static final float EPS = 1e-5f;
    public static final float WEIGHT = 0.1f;
    public static final int ITERATIONS = 5;

    /// With gain and bias.
    public static IterNorm of(int channels, int groups) {
        return new IterNorm(Init.constant(1, channels), Init.constant(0, channels),
                Whitening.of("IterNorm", channels, groups, WEIGHT, EPS), ITERATIONS);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Tensor xhat = whitening.forward("IterNorm", x, this::inverseRoot);
        return Channels.affine(xhat, Param.valueOf(gamma), Param.valueOf(beta));
    }

    private Tensor inverseRoot(Tensor a) {
        Tensor identity = Whitening.identity(a.dim(-1));
        Tensor trace = a.multiply(identity).sum(-2, -1);
        Tensor scaled = a.divide(trace), p = identity;
        for (int i = 0; i < iterations; i++) {
            p = p.multiply(1.5f).subtract(p.matmul(p).matmul(p).matmul(scaled).multiply(0.5f));
        }
        return p.divide(trace.sqrt());
    }

    @Override
    public void list(Parts parts) {
        parts.add("gamma", gamma).add("beta", beta).add("whitening", whitening);
    }

    static NormMaker maker(Spec spec) {
        int groups = spec.integer("groups", 1);
        return (_, channels) -> of(channels, groups);
    }

    static void golden(GoldenCase c) {
        Tensor x = c.input("x");
        c.flag("affine", false);
        int groups = c.integer("groups", c.integer("num_groups", 1));
        c.output("y", new IterNorm(c.gain("weight"), c.gain("bias"),
                Whitening.of("IterNorm", x.dim(1), groups, WEIGHT, c.number("eps", EPS)),
                c.integer("T", ITERATIONS)).forward(x));
    }
}
