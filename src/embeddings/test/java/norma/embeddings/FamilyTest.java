package norma.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import norma.embeddings.huggingface.Family;
import norma.embeddings.huggingface.LoadMode;
import norma.io.CorruptFileException;
import norma.json.JsonFields;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FamilyTest {
    private static final Path FOLDERS = Path.of("test/resources/norma/embeddings/transformers");

    @TempDir
    private Path folder;

    private static JsonObject config(String name) throws IOException {
        return JsonParser.parseString(Files.readString(FOLDERS.resolve(name).resolve("config.json")))
                .getAsJsonObject();
    }

    private JsonFields written(JsonObject config) throws IOException {
        Path file = folder.resolve("config.json");
        Files.writeString(file, config.toString());
        return JsonFields.read(file);
    }

    /// Each is a choice that its family has and that changes the vectors.
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "electra | position_embedding_type | 'relative_key' | position_embedding_type",
            "electra | is_decoder | true | is_decoder", "electra | hidden_act | 'mish' | hidden_act",
            "albert | inner_group_num | 2 | inner_group_num", "albert | num_hidden_groups | 2 | num_hidden_groups",
            "mpnet | relative_attention_num_buckets | 64 | relative_attention_num_buckets",
            "mpnet | is_decoder | true | is_decoder",
            "modernbert | rope_scaling | {type: 'linear', factor: 2} | rope_scaling",
            "modernbert | rope_parameters | {rope_type: 'yarn', factor: 2} | rope_parameters",
            "modernbert | rope_parameters | {full_attention: {rope_type: 'linear', factor: 2}} | rope_type",
            "modernbert | layer_types | ['full_attention', 'chunked_attention', 'full_attention'] | layer_types",
            "modernbert | layer_types | ['full_attention'] | layer_types",
            "modernbert | hidden_activation | 'quick_gelu' | hidden_activation",
            "nomic-bert | rope_parameters | {rope_type: 'dynamic', factor: 2} | rope_type",
            "nomic-bert | partial_rotary_factor | 0.5 | partial_rotary_factor",
            "qwen3 | use_sliding_window | true | use_sliding_window",
            "qwen3 | layer_types | ['sliding_attention'] | layer_types",
            "qwen3 | rope_scaling | {rope_type: 'yarn', factor: 4} | rope_type",
            "gemma3 | attn_logit_softcapping | 50 | attn_logit_softcapping",
            "gemma3 | query_pre_attn_scalar | 168 | query_pre_attn_scalar",
            "gemma3 | layer_types | ['full_attention', 'linear_attention', 'full_attention', 'full_attention'] | layer_types"})
    void whatIsNotDoneIsRefusedByItsName(String name, String field, String value, String named) throws IOException {
        JsonObject config = config(name);
        config.add(field, JsonParser.parseString(value));
        JsonFields json = written(config);
        Family family = Family.of(json);
        String message = assertThrows(CorruptFileException.class, () -> family.network(json)).getMessage();
        assertTrue(message.contains(named), message);
    }

    private static JsonObject authors() throws IOException {
        JsonObject c = config("nomic-bert");
        return JsonFields.object("model_type", "nomic_bert", "n_embd", c.get("hidden_size"), "n_head",
                c.get("num_attention_heads"), "n_layer", c.get("num_hidden_layers"), "n_inner",
                c.get("intermediate_size"), "n_positions", c.get("max_position_embeddings"), "vocab_size",
                c.get("vocab_size"), "type_vocab_size", c.get("type_vocab_size"), "layer_norm_epsilon",
                c.get("layer_norm_eps"), "rotary_emb_base",
                c.getAsJsonObject("rope_parameters").get("rope_theta"), "activation_function",
                c.get("hidden_act").getAsString().equals("silu") ? "swiglu" : "geglu", "qkv_proj_bias", false,
                "mlp_fc1_bias", false, "mlp_fc2_bias", false, "rotary_scaling_factor", null);
    }

    @Test
    void theAuthorsFormOfNomicBertIsTheSameNetwork() throws IOException {
        written(authors());
        Files.copy(FOLDERS.resolve("nomic-bert/model.safetensors"), folder.resolve("model.safetensors"));
        var text = List.of(Models.tokens(3, 1, 4, 1, 5, 9, 2, 6));
        try (var ours = new Inference(Pretrained.folder(folder, LoadMode.INFERENCE).bert(), 1, Pooling.MEAN::of);
                var theirs = new Inference(
                        Pretrained.folder(FOLDERS.resolve("nomic-bert"), LoadMode.INFERENCE).bert(), 1,
                        Pooling.MEAN::of)) {
            assertArrayEquals(theirs.run(text)[0], ours.run(text)[0]);
        }
    }

    @ParameterizedTest
    @CsvSource({"prenorm, true", "causal, true", "use_rms_norm, true", "rotary_emb_fraction, 0.5", "num_experts, 8",
            "activation_function, '\"gelu\"'", "parallel_block, true", "mlp_fc2_bias, true", "n_head, 5"})
    void otherChoicesOfNomicBertsAuthorsAreRefused(String field, String value) throws IOException {
        JsonObject config = authors();
        config.add(field, JsonParser.parseString(value));
        JsonFields json = written(config);
        String message = assertThrows(CorruptFileException.class, () -> Family.of(json).network(json)).getMessage();
        assertTrue(message.contains(field), message);
    }

    @Test
    void frequenciesThatAreScaledEndTheTexts() throws IOException {
        JsonObject config = authors();
        config.addProperty("n_positions", 8192);
        config.addProperty("rotary_scaling_factor", 2);
        config.addProperty("max_trained_positions", 100);
        JsonFields json = written(config);
        assertEquals(100, Family.of(json).network(json).maxTokens());
    }

    @ParameterizedTest
    @ValueSource(strings = {"family-modernbert", "family-nomic-bert", "family-qwen3", "family-embeddinggemma"})
    void familiesThatAreNotWrittenAreNotTuned(String name) {
        Path only = Path.of("test/resources/norma/embeddings/cases", name);
        String message = assertThrows(IllegalArgumentException.class, () -> TrainableEncoder.load(only)).getMessage();
        assertTrue(message.startsWith("TrainableEncoder: a model must be of a family that is written"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"family-electra", "family-albert", "family-mpnet", "family-bge-m3"})
    void othersAreSavedAsTheyWere(String name) throws IOException {
        Path before = Path.of("test/resources/norma/embeddings/cases", name);
        Path after = folder.resolve("saved");
        TrainableEncoder.load(before).save(after);
        List<String> texts = List.of("A cat sleeps.", "");
        try (SentenceEncoder first = SentenceEncoder.load(before);
                SentenceEncoder second = SentenceEncoder.load(after)) {
            for (int i = 0; i < texts.size(); i++) {
                assertArrayEquals(first.encode(texts)[i], second.encode(texts)[i]);
            }
        }
    }
}
