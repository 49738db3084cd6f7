package norma.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import norma.io.CorruptFileException;
import norma.tokenizer.Tokenizer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What stands beside a model and its tokenizer is honoured, or refused by name.
class SettingsTest {
    private static final int POSITIONS = 40;

    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        write("modules.json", "[]");
        write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nA\nthe\n");
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(folder.resolve(file), text);
    }

    private EncoderSettings settings() throws IOException {
        return EncoderSettings.ofEncoder(folder, folder, POSITIONS);
    }

    private int[] ids(String text) throws IOException {
        return settings().tokenizer().encode(text, POSITIONS).ids();
    }

    @Test
    void theLimitIsTheFirstThatIsSaid() throws IOException {
        assertEquals(POSITIONS, settings().maxTokens());
        write("tokenizer_config.json", "{\"model_max_length\": 1000000000000000019884624838656}");
        assertEquals(POSITIONS, settings().maxTokens());
        write("tokenizer_config.json", "{\"model_max_length\": null, \"max_len\": 7}");
        assertEquals(POSITIONS, settings().maxTokens());
        write("tokenizer_config.json", "{\"max_len\": 7}");
        assertEquals(7, settings().maxTokens());
        write("tokenizer_config.json", "{\"model_max_length\": 30}");
        assertEquals(30, settings().maxTokens());
        assertEquals(30, EncoderSettings.ofClassifier(folder.resolve("1_None"), folder, POSITIONS).maxTokens());
        write("sentence_xlnet_config.json", "{\"max_seq_length\": 8}");
        assertEquals(8, settings().maxTokens());
        write("sentence_roberta_config.json", "{\"max_seq_length\": null}");
        assertEquals(30, settings().maxTokens());
        write("sentence_bert_config.json", "{\"max_seq_length\": 35, \"do_lower_case\": true}");
        assertEquals(35, settings().maxTokens());
        write("sentence_bert_config.json", "{\"max_seq_length\": 35, \"tokenizer_args\": {\"model_max_length\": 6}}");
        assertEquals(6, settings().maxTokens());
        Files.delete(folder.resolve("modules.json"));
        assertEquals(30, settings().maxTokens());
    }

    @Test
    void whatIsNotDoneIsRefused() throws IOException {
        refused("tokenizer_config.json", "{\"model_max_length\": 0}", "$.model_max_length must be positive; got 0");
        refused("tokenizer_config.json", "{\"model_max_length\": 7.5}", "$.model_max_length must be a whole number");
        refused("tokenizer_config.json", "{\"truncation_side\": \"middle\"}",
                "$.truncation_side must be left or right");
        refused("tokenizer_config.json", "{\"split_special_tokens\": true}", "$.split_special_tokens must be false");
        refused("tokenizer_config.json", "{\"tokenizer_class\": \"BertJapaneseTokenizer\"}",
                "$.tokenizer_class must be");
        refused("tokenizer_config.json", "{\"added_tokens_decoder\": {\"x\": {}}}", "must have ids as names; got x");
        refused("tokenizer_config.json", "{\"added_tokens_decoder\": {\"12\": {\"content\": \"foo\"}}}",
                "which is 9 for \"foo\"; got 12");
        refused("tokenizer_config.json", "{\"extra_special_tokens\": 3}", "$.extra_special_tokens must be a list");
        refused("sentence_bert_config.json", "{\"max_seq_length\": 0}", "$.max_seq_length must be positive");
        refused("sentence_bert_config.json", "{\"query_length\": 5}", "$.query_length must be left out");
        refused("sentence_bert_config.json", "{\"transformer_task\": \"fill-mask\"}", "must be feature-extraction");
        refused("sentence_bert_config.json", "{\"config_args\": {\"hidden_size\": 5}}",
                "$.config_args.hidden_size must");
        refused("config_sentence_transformers.json", "{\"model_type\": \"SparseEncoder\"}",
                "$.model_type must be SentenceTransformer");
        refused("config_sentence_transformers.json", "{\"default_prompt_name\": \"x\"}",
                "$.default_prompt_name must be");
        refused("config_sentence_transformers.json", "{\"truncate_dim\": 0}", "$.truncate_dim must be positive");
    }

    private void refused(String file, String text, String message) throws IOException {
        write(file, text);
        var e = assertThrows(CorruptFileException.class, () -> settings().tokenizer());
        assertTrue(e.getMessage().contains(file + ": ") && e.getMessage().contains(message), e.getMessage());
        Files.delete(folder.resolve(file));
    }

    @Test
    void promptsAreReadByTheirNames() throws IOException {
        write("config_sentence_transformers.json",
                "{\"prompts\": {\"query\": \"q\", \"passage\": \"p\", \"own\": \"o\"}, \"default_prompt_name\": \"own\", "
                        + "\"truncate_dim\": 5}");
        assertEquals(new Prompts("o", "q", "p"), settings().prompts());
        assertEquals(5, settings().dimensions(16));
        assertEquals(4, settings().dimensions(4));
        write("config_sentence_transformers.json", settings().modelToJson().toString());
        assertEquals(new Prompts("o", "q", "p"), settings().prompts(), "as it is saved");
    }

    @Test
    void lettersBecomeSmallInFrontOfTheTokenizer() throws IOException {
        write("tokenizer_config.json", "{\"do_lower_case\": false}");
        assertArrayEquals(new int[] {2, 7, 4, 1, 3}, ids("A [MASK] The"));
        write("sentence_bert_config.json", "{\"do_lower_case\": true}");
        assertArrayEquals(new int[] {2, 5, 4, 8, 3}, ids("A [MASK] The"));
    }

    @Test
    void addedTokensFollowBehindTheVocabulary() throws IOException {
        write("tokenizer_config.json", "{\"extra_special_tokens\": [\"foo\", \"a\"], \"image_token\": \"bar\"}");
        assertArrayEquals(new int[] {2, 10, 5, 9, 3}, ids("foo a bar"));
        write("special_tokens_map.json",
                "{\"cls_token\": {\"content\": \"b\"}, \"additional_special_tokens\": [\"c\"]}");
        assertArrayEquals(new int[] {6, 10, 1, 3}, ids("foo c"), "the list of tokenizer_config.json counts");
        write("tokenizer_config.json", "{\"added_tokens_decoder\": {}}");
        assertArrayEquals(new int[] {2, 1, 1, 3}, ids("foo c"), "older files don't count");
    }

    @Test
    void textsAreCutAtTheirBeginningIfTheFilesSayIt() throws IOException {
        write("tokenizer_config.json", "{\"truncation_side\": \"left\"}");
        Tokenizer tokenizer = settings().tokenizer();
        assertArrayEquals(new int[] {2, 6, 8, 3}, tokenizer.encode("a a b the", 4).ids());
        assertArrayEquals(new int[] {2, 6, 3}, tokenizer.encode("b", 4).ids());
        assertEquals(List.of("right, where two texts are read together"),
                List.of(assertThrows(CorruptFileException.class,
                        () -> EncoderSettings.ofClassifier(folder, folder, POSITIONS))
                        .getMessage().replaceAll(".*must be (.*); got.*", "$1")));
    }
}
