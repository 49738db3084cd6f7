package norma.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import norma.embeddings.huggingface.LoadMode;
import norma.io.CorruptFileException;
import norma.io.Safetensors;
import norma.io.Safetensors.Array;
import norma.tokenizer.Encoding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Models read from folders.
class FolderTest {
    private static final List<Encoding> TEXTS = List.of(Models.tokens(3, 1, 4, 1, 5, 9, 2, 6),
            new Encoding(new int[] {29, 0, 7}, new int[] {0, 0, 1}, new int[3], new int[3]), Models.tokens(2));

    @TempDir
    private Path folder;

    private static float[][] vectors(Path folder) throws IOException {
        Pretrained model = Pretrained.folder(folder, LoadMode.INFERENCE);
        try (var inference = new Inference(model.bert(), 2, Pooling.MEAN::of)) {
            return inference.run(TEXTS);
        }
    }

    private TinyFolder bert() {
        return TinyFolder.bert(folder);
    }

    @Test
    void namesOfOtherWritersAreTheSameWeights() throws IOException {
        float[][] expected = vectors(bert().write());
        assertArrayEquals(expected, vectors(bert().renamed(name -> "bert." + name).write()), "with a prefix");
        assertArrayEquals(expected, vectors(bert().renamed(name -> name.replace("LayerNorm.weight", "LayerNorm.gamma")
                .replace("LayerNorm.bias", "LayerNorm.beta")).write()), "from TensorFlow");
    }

    /// Without segments: what BERT gives when its table of segments is zero.
    @Test
    void distilbertIsBertWithoutSegments() throws IOException {
        TinyFolder plain = bert();
        plain.weights.put("embeddings.token_type_embeddings.weight",
                new Array.Floats(new float[2 * TinyFolder.DIM], 0, 2, TinyFolder.DIM));
        float[][] expected = vectors(plain.write());
        TinyFolder distil = bert().renamed(FolderTest::distilled);
        distil.weights.remove("distilbert.embeddings.token_type_embeddings.weight");
        distil.set("model_type", "distilbert").set("activation", "gelu").set("dim", TinyFolder.DIM).set("n_heads", 2)
                .set("n_layers", 2).set("hidden_dim", TinyFolder.HIDDEN);
        assertArrayEquals(expected, vectors(distil.write()));
    }

    /// As in https://huggingface.co/distilbert-base-uncased.
    private static String distilled(String name) {
        return "distilbert." + name.replace("encoder.layer", "transformer.layer")
                .replace("attention.self.query", "attention.q_lin")
                .replace("attention.self.key", "attention.k_lin").replace("attention.self.value", "attention.v_lin")
                .replace("attention.output.dense", "attention.out_lin")
                .replace("attention.output.LayerNorm", "sa_layer_norm")
                .replace("intermediate.dense", "ffn.lin1").replace("output.dense", "ffn.lin2")
                .replace("output.LayerNorm", "output_layer_norm");
    }

    /// Positions from 2 on: what BERT gives when its table of positions begins two rows later.
    @Test
    void robertasPositionsBeginBehindPadding() throws IOException {
        TinyFolder roberta =
                bert().renamed(name -> "roberta." + name).set("model_type", "roberta").set("pad_token_id", 1);
        float[][] found = vectors(roberta.write());
        TinyFolder shifted = bert();
        float[] table = shifted.weights.get("embeddings.position_embeddings.weight").values();
        shifted.weights.put("embeddings.position_embeddings.weight",
                new Array.Floats(Arrays.copyOfRange(table, 2 * TinyFolder.DIM, table.length), 0,
                        TinyFolder.POSITIONS - 2,
                        TinyFolder.DIM));
        assertArrayEquals(vectors(shifted.set("max_position_embeddings", TinyFolder.POSITIONS - 2).write()), found);
        roberta.write();
        assertEquals(TinyFolder.POSITIONS - 2, Pretrained.folder(folder, LoadMode.INFERENCE).settings().maxTokens());
    }

    @Test
    void theConfigurationSaysWhichGelu() throws IOException {
        float[][] erf = vectors(bert().write());
        float[][] tanh = vectors(bert().set("hidden_act", "gelu_new").write());
        assertFalse(Arrays.equals(erf[0], tanh[0]));
        assertArrayEquals(erf[0], tanh[0], 0.01f);
    }

    @Test
    void modulesSayHowToPool() throws IOException {
        bert().write();
        assertEquals(List.of(), poolings());
        modules("1_Pooling", "Pooling", "{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false}");
        assertEquals(List.of(Pooling.CLS), poolings());
        modules("1_Pooling", "Pooling", "{\"pooling_mode_lasttoken\": true}");
        assertEquals(List.of(Pooling.LAST), poolings());
        modules("1_Pooling", "Pooling", "{\"pooling_mode\": \"mean\"}");
        assertEquals(List.of(Pooling.MEAN), poolings());
        modules("1_Pooling", "Pooling", "{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": true}");
        assertEquals(List.of(Pooling.CLS, Pooling.MEAN), poolings());
        modules("1_Pooling", "Pooling", "{\"pooling_mode\": [\"lasttoken\", \"max\"]}");
        assertEquals(List.of(Pooling.LAST, Pooling.MAX), poolings());
        modules("1_Pooling", "Pooling", "{\"word_embedding_dimension\": 16}");
        assertEquals(List.of(Pooling.MEAN), poolings());
        modules("1_Pooling", "Pooling", "{\"pooling_mode\": \"median\"}");
        refuses("pooling_mode must be cls, max, mean, mean_sqrt_len_tokens, weightedmean, lasttoken, or a list of them");
        modules("1_Pooling", "Pooling", "{\"pooling_mode_median\": true}");
        refuses("pooling_mode_median must be false");
        modules("1_Pooling", "Pooling", "{\"include_prompt\": false}");
        refuses("include_prompt must be true; got false");
        modules("1_Pooling", "Dense", "{}");
        refuses("type must be Pooling for the second module, and for no other; got \"sentence_transformers.models.Dense\"");
        modules("..", "Pooling", "{}");
        refuses("path must be a folder inside of the model's");
    }

    private List<Pooling> poolings() throws IOException {
        return Pretrained.folder(folder, LoadMode.INFERENCE).readout().poolings();
    }

    private void modules(String path, String type, String config) throws IOException {
        Files.writeString(folder.resolve("modules.json"), """
                [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
                 {"idx": 1, "name": "1", "path": "%s", "type": "sentence_transformers.models.%s"},
                 {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}]
                """.formatted(path, type));
        Files.createDirectories(folder.resolve("1_Pooling"));
        Files.writeString(folder.resolve("1_Pooling/config.json"), config);
    }

    @Test
    void promptsAndLengthAreRead() throws IOException {
        bert().write();
        modules("1_Pooling", "Pooling", "{\"pooling_mode\": \"mean\"}");
        Files.writeString(folder.resolve("sentence_bert_config.json"),
                "{\"max_seq_length\": 12, \"do_lower_case\": false}");
        Files.writeString(folder.resolve("config_sentence_transformers.json"),
                "{\"prompts\": {\"query\": \"query: \", \"document\": \"passage: \"}}");
        Pretrained model = Pretrained.folder(folder, LoadMode.INFERENCE);
        assertEquals(12, model.settings().maxTokens());
        assertEquals("query: ", model.settings().prompts().query());
        assertEquals("passage: ", model.settings().prompts().passage());
    }

    @Test
    void foldersThatAreSomethingElseAreRefused() throws IOException {
        assertTrue(assertThrows(IOException.class, () -> Pretrained.folder(folder, LoadMode.INFERENCE)).getMessage()
                .contains("must hold model.safetensors or model.safetensors.index.json or model.onnx"));
        bert().set("model_type", "t5").write();
        refuses("model_type must be one of [albert, bert, camembert, distilbert, electra, gemma3_text, modernbert, mpnet, "
                + "nomic_bert, qwen3, roberta, xlm-roberta]; got \"t5\"");
        bert().set("position_embedding_type", "relative_key").write();
        refuses("position_embedding_type must be absolute; got \"relative_key\"");
        bert().set("hidden_act", "quick_gelu").write();
        refuses("hidden_act must be gelu, gelu_new");
        bert().set("vocab_size", "many").write();
        refuses("vocab_size must be a whole number from 0 to 2^31 - 1; got \"many\"");
        bert().set("vocab_size", 1 << 20).write();
        refuses("must hold embeddings.word_embeddings.weight (1048576, 16)");
        bert().set("num_attention_heads", 3).write();
        refuses("dim must be a multiple of heads; got dim 16 and heads 3");
        bert().set("num_hidden_layers", 3).write();
        refuses("must hold encoder.layer.2.attention.self.query.weight (16, 16); got none of that name");
        Files.writeString(folder.resolve("config.json"), "[".repeat(10_000));
        refuses("must be JSON");
    }

    /// Integers are read exactly where they are asked for, but a quantized weight without its scale is another weight.
    @Test
    void quantizedWeightsAreRefused() throws IOException {
        TinyFolder tiny = bert();
        tiny.write();
        var arrays = new LinkedHashMap<String, Array>(tiny.weights);
        arrays.replaceAll((name, weight) -> name.endsWith("layer.0.attention.self.query.weight")
                ? new Array.Bytes(new byte[256], weight.shape()) : weight);
        Safetensors.write(folder.resolve("model.safetensors"), Map.of(), arrays);
        refuses("must hold encoder.layer.0.attention.self.query.weight as floats; got U8(16, 16); convert it to F32");
    }

    @Test
    void weightsMayStandInSeveralFiles() throws IOException {
        TinyFolder tiny = bert();
        float[][] expected = vectors(tiny.write());
        var map = new StringBuilder();
        int number = 0;
        for (var weight : tiny.weights.entrySet()) {
            Path part = folder.resolve("part-%d.safetensors".formatted(++number));
            Safetensors.write(part, Map.of(), new LinkedHashMap<>(Map.of(weight.getKey(), weight.getValue())));
            map.append(number == 1 ? "" : ", ").append("\"%s\": \"%s\"".formatted(weight.getKey(), part.getFileName()));
        }
        Path index = folder.resolve("model.safetensors.index.json");
        String whole = "{\"weight_map\": {" + map + "}}";
        Files.writeString(index, whole);
        Files.delete(folder.resolve("model.safetensors"));
        assertArrayEquals(expected, vectors(folder));
        Files.writeString(index, whole.replace("part-1.", "part-2."));
        refuses("embeddings.word_embeddings.weight must be the file that holds it; part-2.safetensors does not");
        Files.writeString(index, whole.replace("part-1.", "../part-1."));
        refuses("embeddings.word_embeddings.weight must be a file in the index's folder");
        Files.writeString(index, whole.replace("part-1.", "part-none."));
        refuses("must be a file in the index's folder; is it not downloaded?; got \"part-none.safetensors\"");
        Files.writeString(index, whole.replaceFirst("\"[^\"]*\": \"part-1.safetensors\", ", ""));
        refuses("must hold embeddings.word_embeddings.weight (30, 16); got none of that name");
    }

    private void refuses(String message) {
        String found = assertThrows(CorruptFileException.class, () -> Pretrained.folder(folder, LoadMode.INFERENCE))
                .getMessage();
        assertTrue(found.contains(message), found);
    }

    @Test
    void aHeadTellsLabelsByTheFirstToken() throws IOException {
        var model = Pretrained.Classifier.folder(bert().write(), LoadMode.INFERENCE);
        try (var logits = new Inference(model.bert(), 1, stream -> model.head().forward(stream));
                var first = new Inference(model.bert(), 1, Pooling.CLS::of)) {
            float[] x = first.run(TEXTS)[0];
            float[] h = affine("pooler.dense", x);
            for (int i = 0; i < h.length; i++) {
                h[i] = (float) Math.tanh(h[i]);
            }
            assertArrayEquals(affine("classifier", h), logits.run(TEXTS)[0], 1e-5f);
        }
    }

    private float[] affine(String name, float... x) {
        float[] w = bert().weights.get(name + ".weight").values();
        float[] y = bert().weights.get(name + ".bias").values().clone();
        for (int o = 0; o < y.length; o++) {
            for (int i = 0; i < x.length; i++) {
                y[o] += w[o * x.length + i] * x[i];
            }
        }
        return y;
    }

    @Test
    void headsOfOtherFamiliesHaveTheirOwnNames() throws IOException {
        TinyFolder roberta =
                bert().renamed(name -> name.startsWith("classifier") ? name.replace("classifier", "classifier.out_proj")
                        : name.startsWith("pooler") ? name.replace("pooler", "classifier") : "roberta." + name);
        assertEquals(3, logits(roberta.set("model_type", "roberta").set("pad_token_id", 1)));
        TinyFolder distil = bert().renamed(name -> name.startsWith("classifier") ? name
                : name.startsWith("pooler") ? name.replace("pooler.dense", "pre_classifier") : distilled(name));
        assertEquals(3,
                logits(distil.set("model_type", "distilbert").set("dim", TinyFolder.DIM).set("n_heads", 2)
                        .set("n_layers", 2)
                        .set("hidden_dim", TinyFolder.HIDDEN)));
        TinyFolder none = bert().renamed(name -> name.replace("classifier", "other"));
        none.write();
        String found =
                assertThrows(CorruptFileException.class, () -> Pretrained.Classifier.folder(folder, LoadMode.INFERENCE))
                        .getMessage();
        assertTrue(found.contains("must hold classifier.weight (3, 16)"), found.toLowerCase(Locale.ROOT));
    }

    private static int logits(TinyFolder folder) throws IOException {
        var model = Pretrained.Classifier.folder(folder.write(), LoadMode.INFERENCE);
        try (var inference = new Inference(model.bert(), 1, stream -> model.head().forward(stream))) {
            return inference.run(TEXTS)[0].length;
        }
    }

    /// Whatever stands in the files, they are read, or refused with one of their names.
    @Test
    void damagedFoldersAreReadOrRefused() throws IOException {
        bert().write();
        modules("1_Pooling", "Pooling", "{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false}");
        var random = new SplittableRandom(3);
        int refused = 0;
        for (String name : List.of("config.json", "modules.json", "1_Pooling/config.json", "model.safetensors")) {
            Path file = folder.resolve(name);
            byte[] whole = Files.readAllBytes(file);
            for (int i = 0; i < 150; i++) {
                byte[] broken = i % 3 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
                for (int flips = i % 3; flips > 0; flips--) {
                    // a safetensors file begins with its header
                    broken[random.nextInt(Math.min(broken.length, 4000))] = (byte) random.nextInt(256);
                }
                Files.write(file, broken);
                refused += isRefused() ? 1 : 0;
            }
            Files.write(file, whole);
        }
        assertTrue(refused > 300, "refused " + refused);
    }

    private boolean isRefused() throws IOException {
        try {
            Pretrained.folder(folder, LoadMode.INFERENCE);
            Pretrained.Classifier.folder(folder, LoadMode.INFERENCE);
            return false;
        } catch (CorruptFileException | NoSuchFileException e) {
            assertTrue(e.getMessage().startsWith(folder.toString()), e.getMessage());
            return true;
        }
    }
}
