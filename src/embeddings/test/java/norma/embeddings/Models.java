package norma.embeddings;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import norma.embeddings.huggingface.LoadMode;
import norma.embeddings.huggingface.StoredLayers;
import norma.embeddings.onnx.OnnxBert;
import norma.model.Bert;
import norma.tokenizer.Encoding;

/// Models that tests have on their class path. What their cards say of their use stands here once more, to compare with.
enum Models {
    /// https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2
    MINILM("all-minilm-l6-v2", false, "", ""),
    /// https://huggingface.co/BAAI/bge-small-en-v1.5
    BGE("bge-small-en-v1.5", true, "Represent this sentence for searching relevant passages: ", ""),
    /// https://huggingface.co/intfloat/e5-small-v2
    E5("e5-small-v2", false, "query: ", "passage: ");

    final String resource;
    /// Whether a text's vector is its first token's; else it is the mean.
    final boolean first;
    final String queryPrefix;
    final String passagePrefix;

    Models(String resource, boolean first, String queryPrefix, String passagePrefix) {
        this.resource = resource;
        this.first = first;
        this.queryPrefix = queryPrefix;
        this.passagePrefix = passagePrefix;
    }

    Bert bert() {
        try {
            URLConnection connection = url().openConnection();
            try (InputStream in = connection.getInputStream()) {
                OnnxBert onnx = OnnxBert.read(Path.of(resource + ".onnx"), in, connection.getContentLengthLong(),
                        Optional.empty());
                return Bert.of(onnx.config(), new StoredLayers(onnx.weights(), LoadMode.INFERENCE));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A text of these tokens in one segment.
    static Encoding tokens(int... ids) {
        return new Encoding(ids, new int[ids.length], new int[ids.length], new int[ids.length]);
    }

    URL url() {
        return ClassLoader.getSystemResource(resource + ".onnx");
    }

    /// Writes its tokenizer.json.
    Path tokenizer(Path folder) throws IOException {
        Path file = folder.resolve("tokenizer.json");
        try (InputStream in = ClassLoader.getSystemResourceAsStream(resource + "-tokenizer.json")) {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
        return file;
    }
}
