package norma.embeddings;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Path;
import norma.embeddings.model.Purpose;
import norma.embeddings.model.Bert;
import norma.embeddings.onnx.OnnxBert;
import norma.embeddings.tokenizer.Encoding;

/// Weights that tests have on their class path, each read once.
enum Models {
    MINILM("all-minilm-l6-v2.onnx"), BGE("bge-small-en-v1.5.onnx"), E5("e5-small-v2.onnx");

    final String resource;

    Models(String resource) {
        this.resource = resource;
    }

    Bert bert() {
        try {
            URLConnection connection = url().openConnection();
            try (InputStream in = connection.getInputStream()) {
                OnnxBert onnx = OnnxBert.read(Path.of(resource), in, connection.getContentLengthLong());
                return Bert.of(onnx.config(), onnx.weights(), Purpose.INFERENCE);
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
        return ClassLoader.getSystemResource(resource);
    }
}
