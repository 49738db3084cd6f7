package norma.norm.conditional;

import norma.nn.Init;
import norma.nn.Linear;
import norma.nn.ParameterTree;
import norma.norm.ConditionalNorm;
import norma.norm.Factory;
import norma.norm.NormSpec;
import norma.norm.axis.ChannelAxis;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// y = (1 + gamma(c)) * x + beta(c): gain and bias of each channel are linear in a condition, an embedded question for example
/// (feature-wise linear modulation; Perez et al. 2018, arXiv 1709.07871).
///
/// Shapes: x (N, C) or (N, C, ...), c (N, K).
///
/// @param condition c to gamma and, after it, beta: (N, K) to (N, 2 C)
/// @param residual whether the 1 is there; without it, biases of 1 make the same start
public record Film(Linear condition, boolean residual) implements ConditionalNorm {

    /// For C channels and K features of the condition; the identity at first.
    public static Film of(Init init, int channels, int features) {
        return new Film(AdaLayerNorm.zeros(init, features, 2 * channels), true);
    }

    /// x, scaled and shifted by the condition.
    @Override
    public Tensor forward(Tensor x, Tensor c) {
        Tensor both = condition.forward(c);
        if (x.shape().rank() < 2 || c.shape().rank() != 2 || x.dim(0) != c.dim(0) || 2 * x.dim(1) != both.dim(1)) {
            throw new IllegalArgumentException(
                    "Film: x must be (N, %d, ...), channels on axis 1, with a condition (N, K); got %s and %s"
                            .formatted(both.dim(-1) / 2, x.shape(), c.shape()));
        }
        Tensor[] parts = AdaLayerNorm.split(both, 2);
        Tensor gamma = ChannelAxis.alongEach(parts[0], x), beta = ChannelAxis.alongEach(parts[1], x);
        return x.multiply(residual ? gamma.add(1) : gamma).add(beta);
    }

    @Override
    public Shape conditionShape(Shape x) {
        return Shape.of(x.dim(0), condition.weight().shape().dim(1));
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("condition", condition);
    }

    public static Factory<ConditionalNorm> factory(NormSpec spec) {
        int features = spec.integer("features", 4);
        return (init, channels) -> of(init, channels, features);
    }
}
