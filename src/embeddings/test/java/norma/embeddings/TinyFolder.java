package norma.embeddings;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import norma.io.Safetensors;
import norma.io.Safetensors.Array;

/// A folder as Hugging Face has them, with a small model of random weights: the same numbers for the same name of BERT's.
final class TinyFolder {
    static final int VOCABULARY = 30;
    static final int POSITIONS = 20;
    static final int DIM = 16;
    static final int HIDDEN = 24;

    final Path path;
    final JsonObject config = new JsonObject();
    final Map<String, Array.Floats> weights = new LinkedHashMap<>();

    private TinyFolder(Path path) {
        this.path = path;
    }

    /// BERT with two layers of two heads, and a head for three labels.
    static TinyFolder bert(Path path) {
        var folder = new TinyFolder(path);
        folder.config.addProperty("model_type", "bert");
        folder.config.addProperty("hidden_act", "gelu");
        folder.config.addProperty("vocab_size", VOCABULARY);
        folder.config.addProperty("max_position_embeddings", POSITIONS);
        folder.config.addProperty("type_vocab_size", 2);
        folder.config.addProperty("hidden_size", DIM);
        folder.config.addProperty("num_attention_heads", 2);
        folder.config.addProperty("num_hidden_layers", 2);
        folder.config.addProperty("intermediate_size", HIDDEN);
        folder.config.addProperty("num_labels", 3);
        folder.add("embeddings.word_embeddings.weight", VOCABULARY, DIM);
        folder.add("embeddings.position_embeddings.weight", POSITIONS, DIM);
        folder.add("embeddings.token_type_embeddings.weight", 2, DIM);
        folder.addNorm("embeddings.LayerNorm");
        for (int i = 0; i < 2; i++) {
            folder.addLayer("encoder.layer." + i + ".");
        }
        folder.addLinear("pooler.dense", DIM, DIM);
        folder.addLinear("classifier", DIM, 3);
        return folder;
    }

    private void addLayer(String prefix) {
        for (String name : new String[] {"attention.self.query", "attention.self.key", "attention.self.value",
                "attention.output.dense"}) {
            addLinear(prefix + name, DIM, DIM);
        }
        addNorm(prefix + "attention.output.LayerNorm");
        addLinear(prefix + "intermediate.dense", DIM, HIDDEN);
        addLinear(prefix + "output.dense", HIDDEN, DIM);
        addNorm(prefix + "output.LayerNorm");
    }

    private void addLinear(String name, int in, int out) {
        add(name + ".weight", out, in);
        add(name + ".bias", out);
    }

    private void addNorm(String name) {
        add(name + ".weight", DIM);
        add(name + ".bias", DIM);
    }

    TinyFolder add(String name, long... shape) {
        int count = 1;
        for (long axis : shape) {
            count *= (int) axis;
        }
        var random = new SplittableRandom(name.hashCode());
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian(0, 0.4);
        }
        weights.put(name, new Array.Floats(values, 0, shape));
        return this;
    }

    /// The same weights by other names.
    TinyFolder renamed(UnaryOperator<String> names) {
        var copy = new TinyFolder(path);
        config.entrySet().forEach(e -> copy.config.add(e.getKey(), e.getValue()));
        weights.forEach((name, values) -> copy.weights.put(names.apply(name), values));
        return copy;
    }

    TinyFolder set(String key, String value) {
        config.addProperty(key, value);
        return this;
    }

    TinyFolder set(String key, Number value) {
        config.addProperty(key, value);
        return this;
    }

    /// Writes config.json and model.safetensors.
    Path write() throws IOException {
        Files.writeString(path.resolve("config.json"), config.toString());
        Safetensors.write(path.resolve("model.safetensors"), Map.of("format", "pt"), new LinkedHashMap<>(weights));
        return path;
    }
}
