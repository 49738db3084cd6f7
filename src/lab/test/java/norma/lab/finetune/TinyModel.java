package norma.lab.finetune;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import norma.io.Safetensors;
import norma.io.Safetensors.Array;

/// A folder as Hugging Face has them, of a BERT that is small enough to be tuned in a moment: one layer of random weights, and some words.
final class TinyModel {
    private static final String WORDS =
            "[PAD] [UNK] [CLS] [SEP] [MASK] good fine great bad dull poor cat dog bird fish one two three four five red blue green";
    private static final int DIM = 16;

    private final Map<String, Array> weights = new LinkedHashMap<>();

    private TinyModel() {
    }

    static Path in(Path folder) throws IOException {
        Files.createDirectories(folder.resolve("1_Pooling"));
        int words = WORDS.split(" ").length;
        Files.writeString(folder.resolve("config.json"), """
                {"model_type": "bert", "hidden_act": "gelu", "vocab_size": %d, "max_position_embeddings": 24,
                 "type_vocab_size": 2, "hidden_size": %d, "num_attention_heads": 2, "num_hidden_layers": 1,
                 "intermediate_size": 24}""".formatted(words, DIM));
        Files.writeString(folder.resolve("vocab.txt"), WORDS.replace(' ', '\n') + "\n");
        Files.writeString(folder.resolve("1_Pooling/config.json"), "{\"pooling_mode_mean_tokens\": true}");
        Files.writeString(folder.resolve("modules.json"), """
                [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
                 {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]""");
        var model = new TinyModel();
        model.add("embeddings.word_embeddings.weight", words, DIM);
        model.add("embeddings.position_embeddings.weight", 24, DIM);
        model.add("embeddings.token_type_embeddings.weight", 2, DIM);
        model.norm("embeddings.LayerNorm");
        for (String name : new String[] {"self.query", "self.key", "self.value", "output.dense"}) {
            model.linear("encoder.layer.0.attention." + name, DIM, DIM);
        }
        model.norm("encoder.layer.0.attention.output.LayerNorm");
        model.linear("encoder.layer.0.intermediate.dense", DIM, 24);
        model.linear("encoder.layer.0.output.dense", 24, DIM);
        model.norm("encoder.layer.0.output.LayerNorm");
        Safetensors.write(folder.resolve("model.safetensors"), Map.of("format", "pt"),
                new LinkedHashMap<>(model.weights));
        return folder;
    }

    private void linear(String name, int in, int out) {
        add(name + ".weight", out, in);
        add(name + ".bias", out);
    }

    private void norm(String name) {
        add(name + ".weight", DIM);
        add(name + ".bias", DIM);
    }

    private void add(String name, long... shape) {
        var random = new SplittableRandom(name.hashCode());
        int count = 1;
        for (long axis : shape) {
            count *= (int) axis;
        }
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian(name.endsWith("LayerNorm.weight") ? 1 : 0, 0.3);
        }
        weights.put(name, new Array.Floats(values, 0, shape));
    }
}
