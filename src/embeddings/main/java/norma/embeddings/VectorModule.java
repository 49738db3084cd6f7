package norma.embeddings;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import norma.embeddings.huggingface.LoadMode;
import norma.embeddings.huggingface.StoredTensors;
import norma.io.CorruptFileException;
import norma.json.JsonFields;
import norma.kernel.Matrix;
import norma.nn.Context;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.norm.feature.LpNormalize;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// A module behind the pooling, as sentence-transformers has them: from a text's vector to another one. Its parameters have the names
/// that they have in the module's file.
///
/// Shapes: x (B, in), y (B, out).
sealed interface VectorModule extends Layer {
    /// Where the file of a module's weights is, in its folder.
    String WEIGHTS = "model.safetensors";

    /// What y has for x of so many numbers.
    ///
    /// @throws IllegalArgumentException if x must have another number of them
    int dim(int in);

    /// Its config.json.
    JsonObject config();

    /// y = f(W x + b), and x or V x on top of it where there is a residual.
    ///
    /// @param linear W and b
    /// @param activation f, by the name of its class in torch
    /// @param f the function
    /// @param skips whether there is a residual
    /// @param residual V, if x and y have different sizes
    record Dense(Linear linear, String activation, UnaryOperator<Tensor> f, boolean skips, Optional<Linear> residual)
            implements VectorModule {

        static Dense read(Path folder, LoadMode mode) throws IOException {
            JsonFields json = settings(folder);
            int in = json.whole("in_features");
            int out = json.whole("out_features");
            boolean bias = json.flag("bias", true);
            boolean skips = json.flag("use_residual", false);
            if (json.values().has("activation_function") && !json.has("activation_function")) {
                throw json.incompatibility("activation_function", "a class of torch");
            }
            String name = json.text("activation_function", "torch.nn.modules.activation.Tanh");
            UnaryOperator<Tensor> f = TorchActivations.of(name)
                    .orElseThrow(() -> json.incompatibility("activation_function", TorchActivations.NAMES));
            return weights(folder, (bias ? 2 : 1) + (skips && in != out ? 1 : 0), tensors -> {
                Linear linear = linear(tensors, "linear", in, out, mode);
                return new Dense(bias ? linear.withBias(vector(tensors, "linear.bias", out)) : linear, name, f, skips,
                        skips && in != out ? Optional.of(linear(tensors, "residual", in, out, mode))
                                : Optional.empty());
            });
        }

        private static Linear linear(StoredTensors tensors, String name, int in, int out, LoadMode mode) {
            float[] values = tensors.take(name + ".weight", Shape.of(out, in));
            return Linear.of(mode.weight(Matrix.of(Tensor.adopt(Shape.of(out, in), values).data(), out, in)));
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor y = f.apply(linear.forward(x, context));
            return skips ? y.add(residual.map(v -> v.forward(x, context)).orElse(x)) : y;
        }

        @Override
        public int dim(int in) {
            return checked("Dense", linear.weight().shape().dim(1), in, linear.weight().shape().dim(0));
        }

        @Override
        public JsonObject config() {
            JsonObject json = JsonFields.object("in_features", linear.weight().shape().dim(1), "out_features",
                    linear.weight().shape().dim(0), "bias", linear.bias().isPresent(), "activation_function",
                    activation);
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

    /// Over the features of a vector.
    ///
    /// @param norm with gain and bias
    record LayerNorm(norma.norm.feature.LayerNorm norm) implements VectorModule {

        static LayerNorm read(Path folder) throws IOException {
            int dim = settings(folder).whole("dimension");
            return weights(folder, 2, tensors -> new LayerNorm(norma.norm.feature.LayerNorm
                    .of(vector(tensors, "norm.weight", dim), vector(tensors, "norm.bias", dim))));
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            return norm.forward(x, context);
        }

        @Override
        public int dim(int in) {
            return checked("LayerNorm", norm.shape().dim(0), in, in);
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

    /// y = x / ||x||
    record Normalize() implements VectorModule {

        static Normalize read(Path folder) throws IOException {
            settings(folder);
            return new Normalize();
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

    /// The settings of a module, which must be between the vectors of texts.
    private static JsonFields settings(Path folder) throws IOException {
        JsonFields json = JsonFields.readIfThere(folder.resolve("config.json"));
        for (String name : new String[] {"module_input_name", "module_output_name"}) {
            if (!json.text(name, "sentence_embedding").equals("sentence_embedding")) {
                throw json.incompatibility(name, "sentence_embedding");
            }
        }
        return json;
    }

    private static int checked(String module, int must, int in, int out) {
        if (in != must) {
            throw new IllegalArgumentException(
                    "SentenceEncoder: the module %s must get vectors of %d numbers; those before it give %d; is it another pooling?"
                            .formatted(module, must, in));
        }
        return out;
    }

    /// What is made of a module's weights.
    interface Reading<T> {
        T read(StoredTensors tensors);
    }

    private static <T> T weights(Path folder, int count, Reading<T> reading) throws IOException {
        Path file = folder.resolve(WEIGHTS);
        if (!Files.exists(file)) {
            throw new IOException(file + ": must be there; it is not; weights in pytorch_model.bin are a program that "
                    + "Python runs, save them as safetensors");
        }
        try (StoredTensors tensors = StoredTensors.open(file)) {
            T module = reading.read(tensors);
            if (tensors.names().size() != count) {
                throw new CorruptFileException(file,
                        "must hold the %d weights that config.json asks for, and no others; got %s"
                                .formatted(count, tensors.names()));
            }
            return module;
        } catch (IllegalArgumentException e) {
            throw new CorruptFileException(file, e.getMessage(), e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static Param vector(StoredTensors tensors, String name, int size) {
        return Param.noDecay(Tensor.adopt(Shape.of(size), tensors.take(name, Shape.of(size))));
    }
}
