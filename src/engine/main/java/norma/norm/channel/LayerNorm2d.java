package norma.norm.channel;

import norma.nn.Context;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.axis.ChannelAxis;
import norma.norm.axis.RowLayout;
import norma.norm.feature.LayerNorm;
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
        return ChannelNormalization.normalize(true, x, RowLayout.valueOf(norm.gamma()), RowLayout.valueOf(norm.beta()),
                norm.eps());
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
