package norma.norm;

import norma.kernel.Planes;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.Parts;
import norma.tensor.Tensor;

/// Norm and nonlinearity in one, found by a search over formulas (Liu et al. 2020, arXiv 2004.02967):
///
///     y = gamma * x / max(sqrt(var_batch + eps), v x + sqrt(var_instance + eps)) + beta
///
/// Shapes: x (N, C, ...), v, gamma and beta C. In evaluation the running variance stands for that of the batch. x is not
/// centred.
///
/// @param v how much the element itself counts, ones at first
/// @param gamma gain, ones at first
/// @param beta bias, zeros at first
/// @param variance running, unbiased, ones at first
/// @param newStatWeight weight of the newest batch in it
/// @param eps added to the variances
public record EvoNormB0(Param v, Param gamma, Param beta, Param variance, float newStatWeight, float eps)
        implements Norm {
    /// Epsilon if no other is given.
    public static final float EPS = 1e-3f;

    /// For C channels.
    public static EvoNormB0 of(int channels) {
        return new EvoNormB0(Init.constant(1, channels), Init.constant(1, channels), Init.constant(0, channels),
                RunningStatistics.buffer(1, channels), RunningStatistics.WEIGHT, EPS);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        int channels = v.value().size();
        Planes planes = Channels.planes("EvoNormB0", x, channels, channels, true);
        if (planes.count() == 0) {
            return x;
        }
        Tensor images = x.reshape(planes.batch(), channels, planes.inner());
        Tensor batch = BatchNorm.isTraining() ? ofBatch(x, images, planes) : variance.value().reshape(channels, 1);
        Tensor instance = Moments.of(images, 2).variance().add(eps).sqrt();
        Tensor own = images.multiply(v.value().reshape(channels, 1)).add(instance);
        Tensor y = images.divide(batch.add(eps).sqrt().maximum(own));
        return Channels.affine(y.reshape(x.shape()), gamma.value(), beta.value());
    }

    private Tensor ofBatch(Tensor x, Tensor images, Planes planes) {
        BatchNorm.requireSeveral("EvoNormB0", x, planes);
        Moments batch = Moments.of(images, 0, 2);
        RunningStatistics.mix(variance, newStatWeight, batch.unbiased());
        return batch.variance();
    }

    @Override
    public void list(Parts parts) {
        parts.add("v", v).add("gamma", gamma).add("beta", beta).add("running_var", variance);
    }

    static NormMaker maker(Spec spec) {
        return (_, channels) -> of(channels);
    }

    static void golden(GoldenCase c) {
        var norm = new EvoNormB0(c.gain("v"), c.gain("weight"), c.gain("bias"),
                Param.buffer(c.input("running_var").copy()),
                c.number("momentum", RunningStatistics.WEIGHT), c.number("eps", EPS));
        c.output("y", norm.forward(c.input("x")));
        c.buffer("running_var", norm.variance.value());
    }
}
