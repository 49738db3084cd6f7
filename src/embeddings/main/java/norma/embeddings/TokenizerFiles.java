package norma.embeddings;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import norma.io.AtomicFile;
import norma.tokenizer.Tokenizer;

/// A tokenizer and the files it was read from, which are written as they were read: transformers takes from tokenizer_config.json
/// whether BERT's letters become small, whatever tokenizer.json says.
///
/// @param files contents by name
record TokenizerFiles(Tokenizer tokenizer, Map<String, byte[]> files) {
    private static final String CONFIG = "tokenizer_config.json";

    private static final List<String> NAMES = List.of("tokenizer.json", CONFIG, "special_tokens_map.json",
            "added_tokens.json", "vocab.txt", "vocab.json", "merges.txt", "sentencepiece.bpe.model");

    /// Of a folder.
    static TokenizerFiles read(EncoderSettings settings) throws IOException {
        var files = new LinkedHashMap<String, byte[]>();
        for (String name : NAMES) {
            Path file = settings.folder().resolve(name);
            if (Files.exists(file)) {
                files.put(name, Files.readAllBytes(file));
            }
        }
        return new TokenizerFiles(settings.tokenizer(), files);
    }

    /// Of a tokenizer.json alone.
    static TokenizerFiles of(Path name, byte[] json) throws IOException {
        return new TokenizerFiles(Tokenizer.load(name, new ByteArrayInputStream(json)), Map.of("tokenizer.json", json));
    }

    /// The same for texts that are cut after so many tokens.
    TokenizerFiles maxTokens(int maxTokens) throws IOException {
        JsonObject config = config().deepCopy();
        config.remove("max_len");
        config.addProperty("model_max_length", maxTokens);
        var changed = new LinkedHashMap<>(files);
        changed.put(CONFIG, (config + "\n").getBytes(StandardCharsets.UTF_8));
        return new TokenizerFiles(tokenizer, changed);
    }

    /// Whether the end of a text that is too long is left out, and not its beginning.
    boolean cutsEnd() {
        JsonElement side = config().get("truncation_side");
        return side == null || side.getAsString().equals("right");
    }

    /// What was read as a tokenizer's configuration before is one.
    private JsonObject config() {
        byte[] json = files.getOrDefault(CONFIG, "{}".getBytes(StandardCharsets.UTF_8));
        return JsonParser.parseString(new String(json, StandardCharsets.UTF_8)).getAsJsonObject();
    }

    /// Writes the files.
    void save(Path folder) throws IOException {
        for (var file : files.entrySet()) {
            AtomicFile.write(folder.resolve(file.getKey()),
                    channel -> AtomicFile.writeAll(channel, ByteBuffer.wrap(file.getValue())));
        }
    }
}
