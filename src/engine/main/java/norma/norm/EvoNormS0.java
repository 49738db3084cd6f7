package norma.norm;

import norma.kernel.Planes;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.Parts;
import norma.tensor.Tensor;

/// Norm and nonlinearity in one, found by a search over formulas, without a look at the batch (Liu et al. 2020, arXiv
/// 2004.02967):
///
///     y = gamma * x * sigmoid(v x) / sqrt(var + eps) + beta
///
/// with the variance of each example over groups of channels, as in [GroupNorm]. x is not centred.
///
/// Shapes: x (N, C) or (N, C, ...), v, gamma and beta C.
///
/// @param groups G, a divisor of C
/// @param v how steep the sigmoid is, ones at first
/// @param gamma gain, ones at first
/// @param beta bias, zeros at first
/// @param eps added to the variance
public record EvoNormS0(int groups, Param v, Param gamma, Param beta, float eps) implements Norm {
    /// Epsilon and groups if no others are given.
    public static final float EPS = 1e-5f;
    public static final int GROUPS = 32;

    /// For C channels.
    public static EvoNormS0 of(int channels, int groups) {
        return new EvoNormS0(groups, Init.constant(1, channels), Init.constant(1, channels), Init.constant(0, channels),
                EPS);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Planes planes = Channels.planes("EvoNormS0", x, v.value().size(), groups, false);
        Moments own = Moments.of(x.reshape(planes.batch(), groups, planes.run()), 2);
        Tensor active = x.multiply(x.multiply(Channels.along(v.value(), x)).sigmoid());
        Tensor y = active.reshape(own.centred().shape()).divide(own.variance().add(eps).sqrt());
        return Channels.affine(y.reshape(x.shape()), gamma.value(), beta.value());
    }

    @Override
    public void list(Parts parts) {
        parts.add("v", v).add("gamma", gamma).add("beta", beta);
    }

    static NormMaker maker(Spec spec) {
        int groups = spec.integer("groups", 1);
        return (_, channels) -> of(channels, groups);
    }

    static void golden(GoldenCase c) {
        c.output("y", new EvoNormS0(c.integer("groups", GROUPS), c.gain("v"), c.gain("weight"), c.gain("bias"),
                c.number("eps", EPS)).forward(c.input("x")));
    }
}
