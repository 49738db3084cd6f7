package norma.embeddings.huggingface;

import java.util.Optional;
import norma.nn.Linear;
import norma.nn.Param;
import norma.norm.feature.LayerNorm;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// The layers of a classification head.
///
/// @param weights by the names they have in the file
public record HeadWeights(Weights weights) {

    /// A linear layer with bias.
    Linear linear(String name, int in, int out) {
        return linear(name, in, out, true);
    }

    /// A linear layer.
    Linear linear(String name, int in, int out, boolean bias) {
        Shape shape = Shape.of(out, in);
        Linear plain = Linear.of(Param.weight(Tensor.adopt(shape, weights.take(name + ".weight", shape))));
        return bias ? plain.withBias(vector(name + ".bias", out)) : plain;
    }

    /// A layer norm.
    LayerNorm norm(String name, int dim, boolean bias, float eps) {
        return new LayerNorm(Shape.of(dim), Optional.of(vector(name + ".weight", dim)),
                bias ? Optional.of(vector(name + ".bias", dim)) : Optional.empty(), eps);
    }

    private Param vector(String name, int size) {
        return Param.noDecay(Tensor.adopt(Shape.of(size), weights.take(name, Shape.of(size))));
    }
}
