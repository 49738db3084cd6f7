package norma.embeddings;

import com.google.gson.JsonObject;
import java.io.IOException;
import norma.nn.Context;
import norma.nn.ParameterTree;
import norma.norm.feature.LpNormalize;
import norma.tensor.Tensor;

/// y = x / ||x||
record NormalizeModule() implements VectorModule {

    static NormalizeModule read(ModuleFolder folder) throws IOException {
        folder.settings();
        return new NormalizeModule();
    }

    @Override
    public String type() {
        return "Normalize";
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return LpNormalize.l2().forward(x, context);
    }

    @Override
    public int dim(int in) {
        return in;
    }

    @Override
    public JsonObject config() {
        return new JsonObject();
    }

    @Override
    public void register(ParameterTree tree) {
        // it has none
    }
}
