package norma.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.scoring.ScoringModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import norma.embeddings.CrossEncoder;
import norma.io.Safetensors;
import norma.io.Safetensors.Array;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// langchain4j gets the scores of a [CrossEncoder], here of a small one with random weights.
class ScoringModelTest {
    private static final int DIM = 8;

    @TempDir
    private Path folder;

    @Test
    void scoresAreThoseOfTheCrossEncoder() throws IOException {
        write();
        try (CrossEncoder encoder = CrossEncoder.load(folder)) {
            ScoringModel model = new NormaScoringModel(encoder);
            List<String> texts = List.of("a b", "c", "b b b");
            List<Double> scores = model.scoreAll(texts.stream().map(TextSegment::from).toList(), "a").content();
            float[] expected = encoder.scores("a", texts);
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], scores.get(i));
            }
            assertEquals(expected[1], model.score("c", "a").content());
        }
    }

    private void write() throws IOException {
        List<String> vocabulary = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b", "c");
        Files.write(folder.resolve("vocab.txt"), vocabulary);
        Files.writeString(folder.resolve("config.json"), """
                {"model_type": "bert", "hidden_act": "gelu", "vocab_size": %d, "max_position_embeddings": 16,
                 "type_vocab_size": 2, "hidden_size": %d, "num_attention_heads": 2, "num_hidden_layers": 1,
                 "intermediate_size": %d, "num_labels": 1}""".formatted(vocabulary.size(), DIM, 2 * DIM));
        var weights = new LinkedHashMap<String, Array.Floats>();
        add(weights, "embeddings.word_embeddings.weight", vocabulary.size(), DIM);
        add(weights, "embeddings.position_embeddings.weight", 16, DIM);
        add(weights, "embeddings.token_type_embeddings.weight", 2, DIM);
        addLayer(weights, "embeddings.LayerNorm", DIM);
        for (String name : List.of("self.query", "self.key", "self.value", "output.dense")) {
            addLayer(weights, "encoder.layer.0.attention." + name, DIM, DIM);
        }
        addLayer(weights, "encoder.layer.0.attention.output.LayerNorm", DIM);
        addLayer(weights, "encoder.layer.0.intermediate.dense", 2 * DIM, DIM);
        addLayer(weights, "encoder.layer.0.output.dense", DIM, 2 * DIM);
        addLayer(weights, "encoder.layer.0.output.LayerNorm", DIM);
        addLayer(weights, "pooler.dense", DIM, DIM);
        addLayer(weights, "classifier", 1, DIM);
        Safetensors.write(folder.resolve("model.safetensors"), Map.of(), weights);
    }

    private static void addLayer(Map<String, Array.Floats> weights, String name, long... shape) {
        add(weights, name + ".weight", shape);
        add(weights, name + ".bias", shape[0]);
    }

    private static void add(Map<String, Array.Floats> weights, String name, long... shape) {
        int size = 1;
        for (long n : shape) {
            size *= (int) n;
        }
        var random = new SplittableRandom(name.hashCode());
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        weights.put(name, new Array.Floats(values, 0, shape));
    }
}
