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
import norma.norm.RunningStatistics;
import norma.norm.axis.ChannelAxis;
import norma.norm.axis.Moments;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// Norm and nonlinearity in one, found by a search over formulas (Liu et al. 2020, arXiv 2004.02967):
///
///     y = gamma * x / max(sqrt(var_batch + eps), f(x)) + beta
///
///     B0    f(x) = v x + sqrt(var_instance + eps)
///     B1    f(x) = (x + 1) sqrt(mean_instance(x^2) + eps)
///     B2    f(x) = sqrt(mean_instance(x^2) + eps) - x
///
/// Shapes: x (N, C, ...), v, gamma and beta C. In evaluation the running variance stands for that of the batch. x is not
/// centered.
///
/// @param form which f
/// @param v how much the element itself counts in B0, ones at first; B1 and B2 have none
/// @param gamma gain, ones at first
/// @param beta bias, zeros at first
/// @param variance running, unbiased, ones at first
/// @param newStatWeight weight of the newest batch in it
/// @param eps added to the variances
public record EvoNormB(Form form, Optional<Param> v, Param gamma, Param beta, Param variance, float newStatWeight,
        float eps)
        implements Norm {
    /// Epsilon of B0 if no other is given.
    public static final float EPS = 1e-3f;

    /// The formulas that the search found.
    public enum Form {
        /// The best of them
        B0,
        /// Without v
        B1,
        /// Without v
        B2
    }

    /// For C channels.
    public static EvoNormB of(Form form, int channels) {
        boolean first = form == Form.B0;
        return new EvoNormB(form, first ? Optional.of(Init.constant(1, channels)) : Optional.empty(),
                Init.constant(1, channels),
                Init.constant(0, channels), RunningStatistics.buffer(1, channels), RunningStatistics.WEIGHT,
                first ? EPS : 1e-5f);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        int channels = gamma.value().size();
        Planes planes = ChannelAxis.planes("EvoNormB", x, channels, channels, true);
        if (planes.count() == 0) {
            return x;
        }
        Tensor images = x.reshape(planes.batch(), channels, planes.inner());
        Tensor batch = Tape.isTraining() ? ofBatch(x, images, planes) : variance.value().reshape(channels, 1);
        Tensor y = images.divide(batch.add(eps).sqrt().maximum(own(images)));
        return ChannelAxis.affine(y.reshape(x.shape()), gamma.value(), beta.value());
    }

    private Tensor ofBatch(Tensor x, Tensor images, Planes planes) {
        ChannelAxis.requireSeveral("EvoNormB", x, planes);
        Moments batch = Moments.of(images, 0, 2);
        RunningStatistics.mix(variance, newStatWeight, batch.unbiased());
        return batch.variance();
    }

    /// f of (N, C, positions)
    private Tensor own(Tensor x) {
        return switch (form) {
            case B0 -> x.multiply(v.orElseThrow().value().reshape(x.dim(1), 1))
                    .add(Moments.of(x, 2).variance().add(eps).sqrt());
            case B1 -> x.add(1).multiply(rms(x));
            case B2 -> rms(x).subtract(x);
        };
    }

    private Tensor rms(Tensor x) {
        return x.square().mean(keepDims(2)).add(eps).sqrt();
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("v", v).add("gamma", gamma).add("beta", beta).add("running_var", variance);
    }

    public static Function<NormSpec, NormFactory> factory(Form form) {
        return _ -> (_, channels) -> of(form, channels);
    }
}
