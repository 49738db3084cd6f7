package norma.embeddings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever stands in the files of a model's folder, the model is loaded and answers, or one error says what is wrong: soon, and
/// without asking for memory that no file has numbers for.
class DamagedFolderTest {
    private static final int DAMAGES = 400;
    private static final long MOST_MEMORY = 32L << 20;
    private static final List<String> VALUES = List.of("null", "true", "-1", "0", "1", "2147483647", "1e300", "0.5",
            "\"\"", "\"x\"", "\"..\"", "[]", "[{}]", "{}", "[".repeat(5000));

    @TempDir
    private Path folder;

    private void write() throws IOException {
        TrainableEncoder encoder = TrainableFolder.encoder(Files.createDirectories(folder.resolve("first")));
        encoder.save(folder);
        Files.writeString(folder.resolve("tokenizer_config.json"),
                "{\"do_lower_case\": true, \"strip_accents\": null}");
    }

    private void load() throws IOException {
        try (SentenceEncoder encoder = SentenceEncoder.load(folder, Options.DEFAULT.threads(1))) {
            float[] vector = encoder.encodeQuery("a text, to be sure");
            assertEquals(encoder.dimensions(), vector.length);
        }
    }

    /// By reflection, since the module under test does not read `jdk.management`.
    private static long allocated() {
        try {
            Object threads = Class.forName("java.lang.management.ManagementFactory").getMethod("getThreadMXBean")
                    .invoke(null);
            return (long) Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes")
                    .invoke(threads);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /// Whether the folder is refused.
    private boolean isRefused() {
        return assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            long before = allocated();
            try {
                load();
                return false;
            } catch (IOException e) {
                assertTrue(e.getMessage().startsWith(folder.toString()), e.toString());
                return true;
            } catch (IllegalArgumentException e) { // of what all files say together
                assertTrue(e.getMessage().matches("(SentenceEncoder|Tokenizer|Bert|Embedding): .* must .*"),
                        e.toString());
                return true;
            } finally {
                long used = allocated() - before;
                assertTrue(used < MOST_MEMORY, "%d bytes".formatted(used));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.safetensors", "config.json", "vocab.txt", "tokenizer_config.json", "modules.json",
            "1_Pooling/config.json", "sentence_bert_config.json", "config_sentence_transformers.json"})
    void bytesThatChangedOrAreMissing(String file) throws IOException {
        write();
        load();
        byte[] whole = Files.readAllBytes(folder.resolve(file));
        var random = new SplittableRandom(3);
        int refused = 0;
        for (int i = 0; i < DAMAGES; i++) {
            byte[] broken = i % 3 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            for (int changes = i % 3 * random.nextInt(1, 4); changes > 0; changes--) {
                int first = random.nextBoolean() ? broken.length : Math.max(1, broken.length / 8); // a header's bytes
                broken[random.nextInt(first)] = (byte) random.nextInt();
            }
            Files.write(folder.resolve(file), broken);
            refused += isRefused() ? 1 : 0;
        }
        assertTrue(refused > DAMAGES / 10, "refused " + refused);
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.json", "tokenizer_config.json", "modules.json", "1_Pooling/config.json",
            "sentence_bert_config.json", "config_sentence_transformers.json"})
    void valuesThatMakeNoSense(String file) throws IOException {
        write();
        JsonElement whole = JsonParser.parseString(Files.readString(folder.resolve(file)));
        JsonObject object = (whole.isJsonArray() ? whole.getAsJsonArray().get(1) : whole).getAsJsonObject();
        int refused = 0;
        for (String key : List.copyOf(object.keySet())) {
            JsonElement right = object.get(key);
            for (String value : VALUES) {
                object.addProperty(key, "@");
                Files.writeString(folder.resolve(file), whole.toString().replace("\"@\"", value));
                refused += isRefused() ? 1 : 0;
            }
            object.add(key, right);
        }
        assertTrue(refused >= object.size(), "refused " + refused);
    }

    /// Numbers of which each alone is possible, and which ask for more than the file has.
    @Test
    void sizesAreThoseOfTheFile() throws IOException {
        write();
        JsonObject config = JsonParser.parseString(Files.readString(folder.resolve("config.json"))).getAsJsonObject();
        for (String key : List.of("vocab_size", "max_position_embeddings", "type_vocab_size", "hidden_size",
                "num_hidden_layers", "intermediate_size")) {
            JsonElement right = config.get(key);
            for (int size : new int[] {1 << 10, 1 << 20, 1 << 30, Integer.MAX_VALUE - 1}) {
                config.addProperty(key, size);
                Files.writeString(folder.resolve("config.json"), config.toString());
                assertTrue(isRefused(), key + " " + size);
            }
            config.add(key, right);
        }
    }
}
