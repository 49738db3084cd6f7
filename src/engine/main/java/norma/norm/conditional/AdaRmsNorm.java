package norma.norm.conditional;

import norma.nn.Init;
import norma.nn.Linear;
import norma.nn.ParameterTree;
import norma.norm.ConditionalNorm;
import norma.norm.Factory;
import norma.norm.Norm;
import norma.norm.NormSpec;
import norma.norm.feature.LayerNorm;
import norma.norm.feature.RmsNorm;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// y = (1 + W c) * norm(x): an RMS norm, or a layer norm, whose gain comes from a condition c, a point in time for example.
/// [AdaLayerNorm] without the shift, and linear in c. W = 0 at first, so that it begins as the norm. (It is known from the
/// library x-transformers, and has no paper of its own; relative: FiLM, arXiv 1709.07871.)
///
/// Shapes: x (B, ..., D), c (B, K), W (D, K).
///
/// @param norm without gain and bias
/// @param gain W
public record AdaRmsNorm(Norm norm, Linear gain) implements ConditionalNorm {

    private enum Base { RMS, LAYER }

    /// An RMS norm for D features and K of the condition.
    public static AdaRmsNorm of(Init init, int dim, int features) {
        return of(init, RmsNorm.plain(dim), dim, features);
    }

    /// With another norm, which has neither gain nor bias.
    public static AdaRmsNorm of(Init init, Norm norm, int dim, int features) {
        return new AdaRmsNorm(norm, Linear.of(init.zeros(dim, features)));
    }

    @Override
    public Tensor forward(Tensor x, Tensor c) {
        Tensor scale = AdaLayerNorm.along("AdaRmsNorm", gain.forward(c), x).add(1);
        return norm.forward(x).multiply(scale);
    }

    @Override
    public Shape conditionShape(Shape x) {
        return Shape.of(x.dim(0), gain.weight().shape().dim(1));
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("gain", gain);
    }

    public static Factory<ConditionalNorm> factory(NormSpec spec) {
        int features = spec.integer("features", 4);
        Base base = spec.choice("base", Base.RMS);
        return (init, dim) -> switch (base) {
            case RMS -> of(init, dim, features);
            case LAYER -> of(init, LayerNorm.plain(dim), dim, features);
        };
    }
}
