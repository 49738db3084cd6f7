package norma.lab.embed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import norma.io.Safetensors;
import norma.io.Safetensors.Array;

/// A folder as Hugging Face has them, with a BERT of one layer and random weights: a sentence encoder, and a cross encoder too.
final class TinyModel {
    static final int DIM = 8;
    private static final String WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] a b c d e f g h 0 1 2 3 4 5 6 7 8 9"
            + " ##0 ##1 ##2 ##3 ##4 ##5 ##6 ##7 ##8 ##9";
    private static final int POSITIONS = 16;

    private final Map<String, Array.Floats> weights = new LinkedHashMap<>();

    private TinyModel() {
    }

    static Path write(Path folder, long seed) throws IOException {
        int words = WORDS.split(" ").length;
        Files.createDirectories(folder.resolve("1_Pooling"));
        Files.writeString(folder.resolve("vocab.txt"), WORDS.replace(' ', '\n') + "\n");
        Files.writeString(folder.resolve("config.json"), """
                {"model_type": "bert", "hidden_act": "gelu", "vocab_size": %d, "max_position_embeddings": %d, "type_vocab_size": 2,
                 "hidden_size": %d, "num_attention_heads": 2, "num_hidden_layers": 1, "intermediate_size": %d, "num_labels": 1,
                 "id2label": {"0": "relevant"}}
                """.formatted(words, POSITIONS, DIM, DIM));
        Files.writeString(folder.resolve("1_Pooling/config.json"), "{\"pooling_mode_mean_tokens\": true}");
        Files.writeString(folder.resolve("modules.json"), """
                [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
                 {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]
                """);
        var model = new TinyModel();
        model.add("embeddings.word_embeddings.weight", seed, words, DIM);
        model.add("embeddings.position_embeddings.weight", seed, POSITIONS, DIM);
        model.add("embeddings.token_type_embeddings.weight", seed, 2, DIM);
        for (String norm : new String[] {"embeddings.LayerNorm", "encoder.layer.0.attention.output.LayerNorm",
                "encoder.layer.0.output.LayerNorm"}) {
            model.add(norm + ".weight", seed, DIM);
            model.add(norm + ".bias", seed, DIM);
        }
        for (String linear : new String[] {"encoder.layer.0.attention.self.query", "encoder.layer.0.attention.self.key",
                "encoder.layer.0.attention.self.value", "encoder.layer.0.attention.output.dense",
                "encoder.layer.0.intermediate.dense", "encoder.layer.0.output.dense", "pooler.dense"}) {
            model.add(linear + ".weight", seed, DIM, DIM);
            model.add(linear + ".bias", seed, DIM);
        }
        model.add("classifier.weight", seed, 1, DIM);
        model.add("classifier.bias", seed, 1);
        Safetensors.write(folder.resolve("model.safetensors"), Map.of("format", "pt"),
                new LinkedHashMap<>(model.weights));
        return folder;
    }

    private void add(String name, long seed, long... shape) {
        int count = 1;
        for (long axis : shape) {
            count *= (int) axis;
        }
        var random = new SplittableRandom(name.hashCode() + seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian(0, 0.6);
        }
        weights.put(name, new Array.Floats(values, 0, shape));
    }
}
