package norma.norm.channel;

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
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// Learns which statistics to use: those of the instance, of the layer or of the batch (Luo et al. 2018, arXiv 1806.10779).
///
///     y = gamma * (x - m) / sqrt(v + eps) + beta
///     m = softmax(a) . (mean_IN, mean_LN, mean_BN)    v = softmax(b) . (var_IN, var_LN, var_BN)
///
/// As the authors compute it: the variance of an instance is the unbiased one, and those of layer and batch follow from the
/// means and variances of its instances. In evaluation the running statistics stand for the batch: moving averages, or, batch
/// average, those of all elements of all batches since the first.
///
/// Shapes: x (N, C, ...), gamma, beta and the running statistics C, a and b (3).
///
/// @param meanWeight a, ones at first
/// @param varianceWeight b, ones at first
/// @param gamma gain, ones at first; with zeros a residual branch is 0 at first
/// @param beta bias, zeros at first
/// @param running mean and variance of the batch, both zeros at first; by [RunningStatistics#CUMULATIVE] the batch average
/// @param eps added to the variance
public record SwitchableNorm(Param meanWeight, Param varianceWeight, Param gamma, Param beta, RunningStatistics running,
        float eps) implements Norm {
    /// Epsilon and weight of the newest batch if no other are given, as the authors have them.
    public static final float EPS = 1e-5f;
    public static final float WEIGHT = 0.003f;

    /// With equal weights of the three at first.
    public static SwitchableNorm of(int channels) {
        return of(channels, 1, WEIGHT);
    }

    private static SwitchableNorm of(int channels, float gain, float newStatWeight) {
        var running = new RunningStatistics(RunningStatistics.buffer(0, channels),
                RunningStatistics.buffer(0, channels), RunningStatistics.buffer(0), newStatWeight);
        return new SwitchableNorm(Init.constant(1, 3), Init.constant(1, 3), Init.constant(gain, channels),
                Init.constant(0, channels), running, EPS);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        int channels = running.channels();
        Planes planes = ChannelAxis.planes("SwitchableNorm", x, channels, channels, false);
        ChannelAxis.requirePlanes("SwitchableNorm", x, planes);
        if (x.size() == 0) {
            return x;
        }
        // all means are relative to one of them, so that nothing of small deviations is lost to a large mean
        Tensor shift = x.detach().mean();
        Moments each = Moments.of(x.reshape(planes.batch(), channels, planes.inner()).subtract(shift), 2);
        Moments layer = Moments.together(each.mean(), each.unbiased(), 1);
        Moments batch = Tape.isTraining() ? ofBatch(each, shift) : average(shift);
        Tensor m = mix(meanWeight, each.mean(), layer.mean(), batch.mean());
        Tensor v = mix(varianceWeight, each.unbiased(), layer.variance(), batch.variance());
        Tensor xhat = each.centered().add(each.mean().subtract(m)).divide(v.add(eps).sqrt());
        return ChannelAxis.affine(xhat.reshape(x.shape()), gamma.value(), beta.value());
    }

    private Moments ofBatch(Moments each, Tensor shift) {
        Moments batch = Moments.together(each.mean(), each.unbiased(), 0);
        RunningStatistics.count(running.batches());
        Tensor mean = running.mean().value(), n = running.batches().value();
        Tensor m = batch.mean().detach().add(shift).reshape(mean.shape()),
                v = batch.variance().detach().reshape(mean.shape());
        if (Float.isNaN(running.newStatWeight())) { // elements of several batches vary within and between these
            v = v.add(m.subtract(mean).square().multiply(n.subtract(1).divide(n)));
        }
        running.mix(m, v);
        return batch;
    }

    /// (1, C, 1), as those of a batch
    private Moments average(Tensor shift) {
        Shape shape = Shape.of(1, running.channels(), 1);
        return new Moments(null, running.mean().value().subtract(shift).reshape(shape),
                running.variance().value().reshape(shape));
    }

    private static Tensor mix(Param weight, Tensor instance, Tensor layer, Tensor batch) {
        Tensor share = weight.value().softmax(-1);
        return instance.multiply(share.slice(0, 0, 1)).add(layer.multiply(share.slice(0, 1, 2)))
                .add(batch.multiply(share.slice(0, 2, 3)));
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("mean_weight", meanWeight).add("var_weight", varianceWeight).add("gamma", gamma).add("beta", beta);
        running.register(tree);
    }

    public static NormFactory factory(NormSpec spec) {
        float gain = spec.flag("last_gamma", false) ? 0 : 1, newStatWeight = RunningStatistics.weight(spec, WEIGHT);
        return (_, channels) -> of(channels, gain, newStatWeight);
    }
}
