package norma.norm.conditional;

import norma.kernel.Window;
import norma.nn.Conv2d;
import norma.nn.Init;
import norma.nn.Interpolation;
import norma.nn.ParameterTree;
import norma.nn.Upsample;
import norma.norm.ConditionalNorm;
import norma.norm.Factory;
import norma.norm.Norm;
import norma.norm.NormSpec;
import norma.norm.channel.InstanceNorm;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// y = (1 + gamma(s)) * norm(x) + beta(s): gain and bias of each position come from a map of labels, through
/// two layers of convolution (spatially-adaptive normalization; Park et al. 2019, arXiv 1903.07291).
///
///     h = relu(shared(s))    gamma = gammas(h)    beta = betas(h)
///
/// Shapes: x (N, C, H, W), s (N, K, any height and width), h (N, hidden, H, W), gamma and beta (N, C, H, W). The map is resized
/// to x by nearest neighbours.
///
/// @param norm without gain and bias: a batch or instance norm
/// @param shared s to h before the ReLU
/// @param gammas h to gamma
/// @param betas h to beta
public record Spade(Norm norm, Conv2d shared, Conv2d gammas, Conv2d betas) implements ConditionalNorm {
    /// Channels of h in the authors' code.
    public static final int HIDDEN = 128;

    private static final Window THREE = Window.of(3).padding(1);

    /// For C channels and maps of K labels, kernels 3 x 3.
    public static Spade of(Init init, Norm norm, int channels, int labels, int hidden) {
        return new Spade(norm, Conv2d.of(init.at("shared"), labels, hidden, THREE),
                Conv2d.of(init.at("gammas"), hidden, channels, THREE),
                Conv2d.of(init.at("betas"), hidden, channels, THREE));
    }

    /// x normalized, with gain and bias from the map.
    @Override
    public Tensor forward(Tensor x, Tensor map) {
        if (x.shape().rank() != 4 || map.shape().rank() != 4 || x.dim(0) != map.dim(0)) {
            throw new IllegalArgumentException(
                    "Spade: x must be (N, C, H, W) and the map (N, K, height, width); got %s and %s"
                            .formatted(x.shape(), map.shape()));
        }
        Tensor h = shared.forward(Upsample.apply(map, Interpolation.NEAREST, x.dim(2), x.dim(3))).relu();
        return norm.forward(x).multiply(gammas.forward(h).add(1)).add(betas.forward(h));
    }

    @Override
    public Shape conditionShape(Shape x) {
        return Shape.of(x.dim(0), shared.weight().shape().dim(1), x.dim(2), x.dim(3));
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("norm", norm).add("shared", shared).add("gammas", gammas).add("betas", betas);
    }

    public static Factory<ConditionalNorm> factory(NormSpec spec) {
        int labels = spec.integer("labels", 3), hidden = spec.integer("hidden", HIDDEN);
        return (init, channels) -> of(init, InstanceNorm.of(channels), channels, labels, hidden);
    }
}
