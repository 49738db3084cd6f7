package norma.norm.conditional;

import norma.nn.Init;
import norma.nn.Linear;
import norma.nn.ParameterTree;
import norma.norm.ConditionalNorm;
import norma.norm.Factory;
import norma.norm.NormSpec;
import norma.norm.feature.LayerNorm;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// y = (1 + scale) * (x - mean) / sqrt(var + eps) + shift, where shift and scale come from a condition, a point in time or a
/// class: (shift, scale) = W silu(c) + b (adaLN; Peebles & Xie 2022, arXiv 2212.09748, whose final layer has this form).
///
/// Shapes: x (B, ..., D), c (B, K), shift and scale (B, D).
///
/// @param modulation silu(c) to shift and, after it, scale: (B, K) to (B, 2 D)
/// @param eps added to the variance
public record AdaLayerNorm(Linear modulation, float eps) implements ConditionalNorm {
    /// Epsilon of the authors' code.
    public static final float EPS = 1e-6f;

    /// For D features and K of the condition; a plain layer norm at first.
    public static AdaLayerNorm of(Init init, int dim, int features) {
        return new AdaLayerNorm(zeros(init, features, 2 * dim), EPS);
    }

    /// x normalized, with gain and bias from the condition.
    @Override
    public Tensor forward(Tensor x, Tensor c) {
        Tensor[] parts = modulate(modulation, c, 2);
        return apply(x, parts[0], parts[1], eps);
    }

    /// A linear layer of zeros.
    static Linear zeros(Init init, int in, int out) {
        return Linear.of(init.zeros(out, in), Init.constant(0, out));
    }

    /// W silu(c) + b in equal parts, each (B, D).
    static Tensor[] modulate(Linear modulation, Tensor c, int count) {
        return split(modulation.forward(c.silu()), count);
    }

    /// Equal parts of the last axis.
    static Tensor[] split(Tensor all, int count) {
        int dim = all.dim(-1) / count;
        Tensor[] parts = new Tensor[count];
        for (int i = 0; i < count; i++) {
            parts[i] = all.slice(-1, i * dim, (i + 1) * dim);
        }
        return parts;
    }

    /// (1 + scale) xhat + shift, for x (B, ..., D), shift and scale (B, D).
    public static Tensor apply(Tensor x, Tensor shift, Tensor scale, float eps) {
        Tensor gain = along("AdaLayerNorm", scale, x).add(1), bias = along("AdaLayerNorm", shift, x);
        return LayerNorm.apply(x, Shape.of(x.dim(-1)), eps).multiply(gain).add(bias);
    }

    /// (B, D) with axes of size 1 between, so that it broadcasts over the positions of x (B, ..., D).
    static Tensor along(String who, Tensor perExample, Tensor x) {
        if (x.shape().rank() < 2 || !perExample.shape().equals(Shape.of(x.dim(0), x.dim(-1)))) {
            throw new IllegalArgumentException(
                    "%s: for x (B, ..., D) the condition must give gains and biases (B, D); got x %s and %s"
                            .formatted(who, x.shape(), perExample.shape()));
        }
        return perExample.reshape(Shape.ones(x.shape().rank()).with(0, x.dim(0)).with(-1, x.dim(-1)));
    }

    @Override
    public Shape conditionShape(Shape x) {
        return Shape.of(x.dim(0), modulation.weight().shape().dim(1));
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("modulation", modulation);
    }

    public static Factory<ConditionalNorm> factory(NormSpec spec) {
        int features = spec.integer("features", 4);
        return (init, dim) -> of(init, dim, features);
    }
}
