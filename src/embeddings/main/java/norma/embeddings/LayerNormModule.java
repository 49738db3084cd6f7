package norma.embeddings;

import com.google.gson.JsonObject;
import java.io.IOException;
import norma.json.JsonFields;
import norma.nn.Context;
import norma.nn.ParameterTree;
import norma.norm.feature.LayerNorm;
import norma.tensor.Tensor;

/// A layer norm over a vector.
///
/// @param norm with gain and bias
record LayerNormModule(LayerNorm norm) implements VectorModule {

    static LayerNormModule read(ModuleFolder folder) throws IOException {
        int dim = folder.settings().whole("dimension");
        return folder.weights(2, tensors -> new LayerNormModule(LayerNorm.of(
                ModuleFolder.vector(tensors, "norm.weight", dim), ModuleFolder.vector(tensors, "norm.bias", dim))));
    }

    @Override
    public String type() {
        return "LayerNorm";
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return norm.forward(x, context);
    }

    @Override
    public int dim(int in) {
        requireSize(norm.shape().dim(0), in);
        return in;
    }

    @Override
    public JsonObject config() {
        return JsonFields.object("dimension", norm.shape().dim(0));
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("norm.weight", norm.gamma()).add("norm.bias", norm.beta());
    }
}
