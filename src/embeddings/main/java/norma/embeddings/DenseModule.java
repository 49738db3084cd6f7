package norma.embeddings;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.Optional;
import java.util.function.UnaryOperator;
import norma.embeddings.huggingface.LoadMode;
import norma.json.JsonFields;
import norma.nn.Context;
import norma.nn.Linear;
import norma.nn.ParameterTree;
import norma.tensor.Tensor;

/// y = f(W x + b), and x or V x on top of it where there is a residual.
///
/// @param linear W and b
/// @param activation f, by the name of its class in torch
/// @param f the function
/// @param skips whether there is a residual
/// @param residual V, if x and y have different sizes
record DenseModule(Linear linear, String activation, UnaryOperator<Tensor> f, boolean skips, Optional<Linear> residual)
        implements VectorModule {

    static DenseModule read(ModuleFolder folder, LoadMode mode) throws IOException {
        JsonFields json = folder.settings();
        int in = json.whole("in_features");
        int out = json.whole("out_features");
        boolean bias = json.flag("bias", true);
        boolean skips = json.flag("use_residual", false);
        boolean turns = skips && in != out;
        if (json.values().has("activation_function") && !json.has("activation_function")) {
            throw json.incompatibility("activation_function", TorchActivations.NAMES);
        }
        String name = json.text("activation_function", "torch.nn.modules.activation.Tanh");
        UnaryOperator<Tensor> f = TorchActivations.of(name)
                .orElseThrow(() -> json.incompatibility("activation_function", TorchActivations.NAMES));
        return folder.weights(1 + (bias ? 1 : 0) + (turns ? 1 : 0), tensors -> {
            Linear linear = ModuleFolder.linear(tensors, "linear", in, out, mode);
            return new DenseModule(bias ? linear.withBias(ModuleFolder.vector(tensors, "linear.bias", out)) : linear,
                    name, f, skips,
                    turns ? Optional.of(ModuleFolder.linear(tensors, "residual", in, out, mode)) : Optional.empty());
        });
    }

    @Override
    public String type() {
        return "Dense";
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Tensor y = f.apply(linear.forward(x, context));
        return skips ? y.add(residual.map(v -> v.forward(x, context)).orElse(x)) : y;
    }

    @Override
    public int dim(int in) {
        requireSize(linear.weight().shape().dim(1), in);
        return linear.weight().shape().dim(0);
    }

    @Override
    public JsonObject config() {
        JsonObject json = JsonFields.object("in_features", linear.weight().shape().dim(1), "out_features",
                linear.weight().shape().dim(0), "bias", linear.bias().isPresent(), "activation_function", activation);
        if (skips) {
            json.addProperty("use_residual", true);
        }
        return json;
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("linear", linear);
        residual.ifPresent(v -> tree.add("residual", v));
    }
}
