package norma.embeddings.huggingface;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import norma.model.TransformerConfig;
import norma.nn.Init;
import norma.nn.Linear;
import norma.nn.Param;
import norma.norm.feature.LayerNorm;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Makes the layers of a classification head, and knows afterwards what files call their parameters.
public final class HeadWeights {
    private final Weights weights;
    private final SequencedMap<String, Param> params = new LinkedHashMap<>();

    /// @param weights by the names they have in the file
    public HeadWeights(Weights weights) {
        this.weights = weights;
    }

    /// First values as transformers gives a new head: matrices are N(0, 0.02^2), gains of norms 1, biases 0.
    public static HeadWeights fresh(Init init) {
        return new HeadWeights((name, shape) -> {
            boolean bias = name.endsWith(".bias");
            Param param = shape.rank() == 1 ? Init.constant(bias ? 0 : 1, shape.dim(0))
                    : init.normal(name, TransformerConfig.STD, shape.dim(0), shape.dim(1));
            return param.value().toArray();
        });
    }

    /// The parameters of all layers that were made, by the names they have in a file.
    public SequencedMap<String, Param> params() {
        return Collections.unmodifiableSequencedMap(params);
    }

    /// A linear layer with bias.
    Linear linear(String name, int in, int out) {
        return linear(name, in, out, true);
    }

    /// A linear layer.
    Linear linear(String name, int in, int out, boolean bias) {
        Shape shape = Shape.of(out, in);
        Linear plain = Linear.of(kept(name + ".weight", Param.weight(take(name + ".weight", shape))));
        return bias ? plain.withBias(vector(name + ".bias", out)) : plain;
    }

    /// A layer norm.
    LayerNorm norm(String name, int dim, boolean bias, float eps) {
        return new LayerNorm(Shape.of(dim), Optional.of(vector(name + ".weight", dim)),
                bias ? Optional.of(vector(name + ".bias", dim)) : Optional.empty(), eps);
    }

    private Param vector(String name, int size) {
        return kept(name, Param.noDecay(take(name, Shape.of(size))));
    }

    private Tensor take(String name, Shape shape) {
        return Tensor.adopt(shape, weights.take(name, shape));
    }

    private Param kept(String name, Param param) {
        params.put(name, param);
        return param;
    }
}
