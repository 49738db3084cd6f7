package norma.norm.channel;

import java.util.Optional;
import norma.kernel.Planes;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.axis.ChannelAxis;
import norma.norm.axis.Moments;
import norma.tensor.Tensor;

/// Each channel of an example recalibrates its own mean and standard deviation by gates in (0, 1): attention to style (Tang et
/// al. 2021, arXiv 2102.02811).
///
///     y = (x - mean) * f + mean * g        g and f = sigmoid(BN(w0 mean + w1 std))
///
/// with a weight (w0, w1) for each channel and gate, and std = sqrt(unbiased variance + eps). With one gate f = g, so y = x *
/// g.
///
/// Shapes: x (N, C, ...).
///
/// @param ofMean g
/// @param ofStd f; without it, as usual, there is one gate
/// @param eps added to the variance
/// @param unbiased whether it is divided by n - 1, as the authors have it, or by n
public record SelfNorm(Gate ofMean, Optional<Gate> ofStd, float eps, boolean unbiased) implements Norm {
    /// Epsilon of the authors.
    public static final float EPS = 1e-12f;

    /// A gate for each channel of each example.
    ///
    /// @param weight (C, 2), of mean and standard deviation
    /// @param norm over the batch
    public record Gate(Param weight, BatchNorm norm) implements Parameterized {

        static Gate of(Init init, int channels) {
            // as wide as uniform numbers in +- 1 / sqrt(2), where the authors begin
            return new Gate(init.normal("weight", Math.sqrt(1 / 6.0), channels, 2), BatchNorm.of(channels));
        }

        /// (N, C)
        private Tensor of(Tensor mean, Tensor std) {
            Tensor ofMean = weight.value().slice(1, 0, 1).reshape(weight.value().dim(0));
            Tensor ofStd = weight.value().slice(1, 1, 2).reshape(weight.value().dim(0));
            return norm.forward(mean.multiply(ofMean).add(std.multiply(ofStd))).sigmoid();
        }

        @Override
        public void register(ParameterTree tree) {
            tree.add("weight", weight).add("norm", norm);
        }
    }

    /// With one gate or two.
    public static SelfNorm of(Init init, int channels, boolean two) {
        return new SelfNorm(Gate.of(init.at("g"), channels),
                two ? Optional.of(Gate.of(init.at("f"), channels)) : Optional.empty(), EPS, true);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        int channels = ofMean.weight().value().dim(0);
        Planes planes = ChannelAxis.planes("SelfNorm", x, channels, channels, false);
        ChannelAxis.requirePlanes("SelfNorm", x, planes);
        if (x.size() == 0) {
            return x;
        }
        Tensor images = x.reshape(planes.batch(), channels, planes.inner());
        Moments own = Moments.of(images, 2);
        Tensor mean = own.mean().reshape(planes.batch(), channels);
        Tensor std = own.std(unbiased, eps).reshape(planes.batch(), channels);
        Tensor g = ofMean.of(mean, std).reshape(own.mean().shape());
        Tensor y = ofStd.map(gate -> own.centered().multiply(gate.of(mean, std).reshape(g.shape()))
                .add(own.mean().multiply(g))).orElseGet(() -> images.multiply(g));
        return y.reshape(x.shape());
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("g", ofMean);
        ofStd.ifPresent(gate -> tree.add("f", gate));
    }

    public static NormFactory factory(NormSpec spec) {
        boolean two = spec.flag("two", false);
        return (init, channels) -> of(init, channels, two);
    }
}
