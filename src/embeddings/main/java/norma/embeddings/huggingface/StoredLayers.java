package norma.embeddings.huggingface;

import java.util.function.Consumer;
import java.util.function.Function;
import norma.nn.Embedding;
import norma.nn.Init;
import norma.nn.LayerSource;
import norma.nn.Linear;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.nn.Weight;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Layers with the weights of a pretrained model.
///
/// @param weights of the model
/// @param mode whether they learn
/// @param path of this part in the model, with a dot behind each name
public record StoredLayers(Weights weights, LoadMode mode, String path) implements LayerSource {

    /// The layers of a model.
    public StoredLayers(Weights weights, LoadMode mode) {
        this(weights, mode, "");
    }

    @Override
    public StoredLayers at(String name) {
        return new StoredLayers(weights, mode, path + name + ".");
    }

    @Override
    public Linear linear(int in, int out, double std) {
        return Linear.of(weight(in, out), Param.noDecay(Tensor.adopt(Shape.of(out), take("bias", Shape.of(out)))));
    }

    @Override
    public Linear linearWithoutBias(int in, int out, double std) {
        return Linear.of(weight(in, out));
    }

    private Weight weight(int in, int out) {
        return mode.weight(weights.linear(name("weight"), out, in));
    }

    @Override
    public Embedding embedding(int ids, int dim, double std, float scale) {
        Shape shape = Shape.of(ids, dim);
        return Embedding.of(Param.weight(Tensor.adopt(shape, take("table", shape))), scale);
    }

    /// New, and then each parameter gets what is stored.
    @Override
    public <P extends Parameterized> P make(Function<Init, P> fresh) {
        P part = fresh.apply(new Init(0));
        ParameterTree.of(part).params()
                .forEach((name, param) -> param.value().set(take(name, param.shape())));
        return part;
    }

    @Override
    public void ifNew(Consumer<Init> change) {
        // these are not
    }

    private float[] take(String name, Shape shape) {
        return weights.take(name(name), shape);
    }

    private String name(String parameter) {
        return path + parameter;
    }
}
