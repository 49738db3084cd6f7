package norma.norm.channel;

import static norma.tensor.Axes.keepDims;

import java.util.Optional;
import java.util.function.Function;
import norma.kernel.Planes;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.axis.ChannelAxis;
import norma.norm.axis.Moments;
import norma.tensor.Tensor;

/// Norm and nonlinearity in one, found by a search over formulas, independent of the batch (Liu et al. 2020, arXiv
/// 2004.02967):
///
///     S0    y = gamma * x * sigmoid(v x) / sqrt(var + eps) + beta
///     S1    y = gamma * x * sigmoid(x) / sqrt(var + eps) + beta
///     S2    y = gamma * x * sigmoid(x) / sqrt(mean(x^2) + eps) + beta
///
/// with statistics of each example over groups of channels, as in [GroupNorm]. x is not centered.
///
/// Shapes: x (N, C) or (N, C, ...), v, gamma and beta C.
///
/// @param form which of the formulas
/// @param groups G, a divisor of C
/// @param v how steep the sigmoid of S0 is, ones at first; S1 and S2 have none
/// @param gamma gain, ones at first
/// @param beta bias, zeros at first
/// @param eps added to the variance
public record EvoNormS(Form form, int groups, Optional<Param> v, Param gamma, Param beta, float eps) implements Norm {
    /// Epsilon if no other is given.
    public static final float EPS = 1e-5f;

    /// The formulas that the search found.
    public enum Form {
        /// With a sigmoid of learned steepness
        S0,
        /// With SiLU
        S1,
        /// With SiLU, and not the variance but the mean square
        S2
    }

    /// For C channels.
    public static EvoNormS of(Form form, int channels, int groups) {
        return new EvoNormS(form, groups, form == Form.S0 ? Optional.of(Init.constant(1, channels)) : Optional.empty(),
                Init.constant(1, channels), Init.constant(0, channels), EPS);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Planes planes = ChannelAxis.planes("EvoNormS", x, gamma.value().size(), groups, false);
        Tensor rows = x.reshape(planes.batch(), groups, planes.run());
        Tensor square = form == Form.S2 ? rows.square().mean(keepDims(2)) : Moments.of(rows, 2).variance();
        Tensor steep = v.map(factor -> x.multiply(ChannelAxis.along(factor.value(), x))).orElse(x);
        Tensor active = x.multiply(steep.sigmoid());
        Tensor y = active.reshape(rows.shape()).divide(square.add(eps).sqrt());
        return ChannelAxis.affine(y.reshape(x.shape()), gamma.value(), beta.value());
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("v", v).add("gamma", gamma).add("beta", beta);
    }

    public static Function<NormSpec, NormFactory> factory(Form form) {
        return spec -> {
            int groups = spec.integer("groups", 1);
            return (_, channels) -> of(form, channels, groups);
        };
    }
}
