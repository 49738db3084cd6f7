package norma.norm.channel;

import norma.backend.Backend;
import norma.kernel.Floats;
import norma.kernel.contract.PositionNormalizationKernel.Sizes;
import norma.nn.Context;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.axis.ChannelAxis;
import norma.norm.axis.NormOp;
import norma.norm.axis.RowLayout;
import norma.norm.feature.LayerNorm;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// A [LayerNorm] over the channels of each position of an image, as ConvNeXt has it (Liu et al. 2022, arXiv 2201.03545).
/// Not the layer norm over channels and positions together, which is [GroupNorm] of one group.
///
/// Shapes: x (N, C) or (N, C, ...), gamma and beta C.
///
/// @param norm over C
public record LayerNorm2d(LayerNorm norm) implements Norm {

    /// With gain and bias.
    public static LayerNorm2d of(int channels) {
        return new LayerNorm2d(LayerNorm.of(channels));
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        ChannelAxis.planes("LayerNorm2d", x, norm.shape().size(), 1, false);
        return normalize(true, x, RowLayout.valueOf(norm.gamma()), RowLayout.valueOf(norm.beta()),
                norm.eps());
    }

    /// gamma * (x - mean) / sqrt(var + eps) + beta, or gamma * x / sqrt(mean(x^2) + eps) + beta if not centered; gamma and
    /// beta (C) may be null.
    static Tensor normalize(boolean centered, Tensor x, Tensor gamma, Tensor beta, float eps) {
        int positions = x.shape().slice(2, x.shape().rank()).size();
        Sizes sizes = new Sizes(centered, x.dim(0), x.dim(1), positions);
        Tensor y = Tensor.empty(x.shape()), statistics = Tensor.empty(Shape.of(x.dim(0), 3, positions));
        Backend.kernels().positionNormalization().forward(sizes, x.data(), RowLayout.floats(gamma),
                RowLayout.floats(beta), eps, y.data(), statistics.data());
        return Tape.record(new Fused(x, gamma, beta, sizes, eps, statistics), y);
    }

    /// With g = dy * gamma: dx = rstd (g - mean(g) - xhat mean(g xhat)), without mean(g) if not centered; dGamma = sum dy xhat,
    /// dBeta = sum dy.
    record Fused(Tensor x, Tensor gamma, Tensor beta, Sizes sizes, float eps, Tensor statistics) implements NormOp {

        @Override
        public void backward(Floats dy, Floats dx, Floats dGamma, Floats dBeta) {
            Backend.kernels().positionNormalization().backward(sizes, dy, x.data(), RowLayout.floats(gamma),
                    statistics.data(), dx, dGamma, dBeta);
        }

        @Override
        public Tensor definition() {
            Tensor flat = x.reshape(sizes.images(), sizes.channels(), sizes.positions());
            return ChannelAxis.affine(NormOp.normalized(flat, sizes.centered(), eps, 1), gamma, beta)
                    .reshape(x.shape());
        }

        @Override
        public String name() {
            return "norm across channels";
        }
    }

    @Override
    public void register(ParameterTree tree) {
        norm.register(tree);
    }

    public static NormFactory factory(NormSpec spec) {
        float eps = spec.number("eps", LayerNorm.EPS);
        return (_, channels) -> new LayerNorm2d(LayerNorm.of(channels).withEps(eps));
    }
}
