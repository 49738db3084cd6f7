package norma.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import norma.io.Safetensors;
import norma.io.Safetensors.Array;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What stands behind the pooling in a modules.json.
class VectorModuleTest {
    private static final String TEXT = "b c d e";
    private static final Options PLAIN = Options.DEFAULT.threads(1).unit(false);
    private static final int DIM = TinyFolder.DIM;

    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        TrainableFolder.encoder(folder);
    }

    private void modules(String... types) throws IOException {
        var json = new StringBuilder();
        for (int i = 0; i < types.length; i++) {
            json.append(i == 0 ? "[" : ",")
                    .append("{\"idx\": %d, \"path\": \"%s\", \"type\": \"sentence_transformers.models.%s\"}"
                            .formatted(i, i == 0 ? "" : i + "_" + types[i], types[i]));
            Files.createDirectories(folder.resolve(i + "_" + types[i]));
        }
        Files.writeString(folder.resolve("modules.json"), json + "]");
    }

    private void module(String path, String config, Map<String, Array> weights) throws IOException {
        Files.writeString(folder.resolve(path).resolve("config.json"), config);
        Safetensors.write(folder.resolve(path).resolve("model.safetensors"), Map.of(), new LinkedHashMap<>(weights));
    }

    private static Array array(int seed, long... shape) {
        float[] values = new float[(int) (shape.length == 1 ? shape[0] : shape[0] * shape[1])];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(seed + i);
        }
        return new Array.Floats(values, 0, shape);
    }

    private float[] vector() throws IOException {
        try (SentenceEncoder encoder = SentenceEncoder.load(folder, PLAIN)) {
            float[] vector = encoder.encode(TEXT);
            assertEquals(encoder.dimensions(), vector.length);
            return vector;
        }
    }

    private static float[] product(Array weight, float... x) {
        float[] w = ((Array.Floats) weight).values();
        float[] y = new float[w.length / x.length];
        for (int o = 0; o < y.length; o++) {
            for (int i = 0; i < x.length; i++) {
                y[o] += w[o * x.length + i] * x[i];
            }
        }
        return y;
    }

    @Test
    void aDenseModuleMayHaveAResidual() throws IOException {
        float[] x = vector();
        modules("Transformer", "Pooling", "Dense");
        Array w = array(1, 3, DIM), v = array(2, 3, DIM);
        module("2_Dense", """
                {"in_features": 16, "out_features": 3, "bias": false, "use_residual": true,
                 "activation_function": "torch.nn.modules.activation.ReLU"}
                """, Map.of("linear.weight", w, "residual.weight", v));
        float[] y = product(v, x);
        float[] relu = product(w, x);
        for (int i = 0; i < y.length; i++) {
            y[i] += Math.max(0, relu[i]);
        }
        assertArrayEquals(y, vector(), 1e-5f);
    }

    @Test
    void modulesAreDoneInTheirOrder() throws IOException {
        float[] x = Vectors.unit(vector());
        modules("Transformer", "Pooling", "Normalize", "Dense", "LayerNorm");
        Array w = array(1, DIM, DIM), b = array(3, DIM);
        module("3_Dense", "{\"in_features\": 16, \"out_features\": 16, \"activation_function\": \"torch.nn.Identity\"}",
                Map.of("linear.weight", w, "linear.bias", b));
        Array gamma = array(4, DIM), beta = array(5, DIM);
        module("4_LayerNorm", "{\"dimension\": 16}", Map.of("norm.weight", gamma, "norm.bias", beta));
        float[] y = product(w, x);
        double mean = 0, square = 0;
        for (int i = 0; i < DIM; i++) {
            y[i] += ((Array.Floats) b).values()[i];
            mean += y[i] / DIM;
        }
        for (float each : y) {
            square += (each - mean) * (each - mean) / DIM;
        }
        for (int i = 0; i < DIM; i++) {
            y[i] = (float) ((y[i] - mean) / Math.sqrt(square + 1e-5)) * ((Array.Floats) gamma).values()[i]
                    + ((Array.Floats) beta).values()[i];
        }
        assertArrayEquals(y, vector(), 1e-5f);
    }

    @Test
    void whatIsTunedIsSavedWithItsModules() throws IOException {
        modules("Transformer", "Pooling", "Dense", "LayerNorm", "Normalize");
        Files.writeString(folder.resolve("1_Pooling/config.json"), "{\"pooling_mode\": [\"weightedmean\", \"max\"]}");
        module("2_Dense", "{\"in_features\": 32, \"out_features\": 3}",
                Map.of("linear.weight", array(1, 3, 2 * DIM), "linear.bias", array(2, 3)));
        module("3_LayerNorm", "{\"dimension\": 3}", Map.of("norm.weight", array(4, 3), "norm.bias", array(5, 3)));
        TrainableEncoder encoder = TrainableEncoder.load(folder);
        assertEquals(3, encoder.dim());
        TrainableFolder.shake(encoder);
        Path saved = folder.resolve("saved");
        encoder.save(saved);
        try (SentenceEncoder before = encoder.encoder(PLAIN);
                SentenceEncoder after = SentenceEncoder.load(saved, PLAIN)) {
            assertArrayEquals(before.encode(TEXT), after.encode(TEXT));
            assertEquals(List.of(Pooling.WEIGHTED_MEAN, Pooling.MAX), after.options().pooling());
        }
    }

    @Test
    void whatIsNotDoneIsRefusedByName() throws IOException {
        modules("Transformer", "Pooling", "Dense");
        Map<String, Array> weights = Map.of("linear.weight", array(1, 3, DIM), "linear.bias", array(2, 3));
        module("2_Dense", "{\"in_features\": 16, \"out_features\": 3, \"activation_function\": \"my.Function\"}",
                weights);
        refuses("activation_function must be torch.nn.modules.activation.Tanh");
        module("2_Dense", "{\"in_features\": 16, \"out_features\": 4}", weights);
        refuses("must hold linear.weight (4, 16); got F32(3, 16)");
        module("2_Dense", "{\"in_features\": 16, \"out_features\": 3, \"bias\": false}", weights);
        refuses("must hold the 1 weights that config.json asks for");
        module("2_Dense", "{\"in_features\": 16, \"out_features\": 3, \"module_input_name\": \"token_embeddings\"}",
                weights);
        refuses("module_input_name must be sentence_embedding");
        module("2_Dense", "{\"in_features\": 16, \"out_features\": 3}", weights);
        var two = PLAIN.pooling(Pooling.CLS, Pooling.MEAN);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> SentenceEncoder.load(folder, two)).getMessage()
                .contains("the module Dense must get vectors of 16 numbers; those before it give 32"));
        Files.delete(folder.resolve("2_Dense/model.safetensors"));
        refuses("save them as safetensors");
        modules("Transformer", "Pooling", "WordWeights");
        refuses("type must be sentence_transformers.models.Transformer, Pooling, Dense, LayerNorm or Normalize");
        modules("Transformer", "Pooling", "Pooling");
        refuses("type must be Pooling for the second module, and for no other");
    }

    private void refuses(String message) {
        String found = assertThrows(IOException.class, () -> SentenceEncoder.load(folder)).getMessage();
        assertTrue(found.contains(message), found);
    }
}
