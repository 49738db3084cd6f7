package norma.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Models on the class path, whoever loads classes there.
class ResourcesTest {
    private static final String TEXT = "a text";
    private static final Options MEAN = Options.DEFAULT.threads(1).pooling(Pooling.MEAN);
    private static final Map<String, byte[]> FILES = new HashMap<>();

    private static float[] expected;

    @TempDir
    private static Path folder;

    /// Has the model's files, encrypted or from elsewhere: nobody knows how long they are.
    private static final class Loader extends ClassLoader {
        private final Map<String, byte[]> files;

        Loader(Map<String, byte[]> files) {
            super(null);
            this.files = files;
        }

        @Override
        protected URL findResource(String name) {
            return files.containsKey(name) ? url(name) : null;
        }

        private URL url(String name) {
            try {
                return URL.of(URI.create("memory:" + name), new URLStreamHandler() {
                    @Override
                    protected URLConnection openConnection(URL url) {
                        return new Connection(url, files.get(name));
                    }
                });
            } catch (MalformedURLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static final class Connection extends URLConnection {
        private final byte[] bytes;

        Connection(URL url, byte[] bytes) {
            super(url);
            this.bytes = bytes;
        }

        @Override
        public void connect() {
            // there is nothing to connect to
        }

        @Override
        public InputStream getInputStream() {
            return new ByteArrayInputStream(bytes);
        }
    }

    @BeforeAll
    static void tiny() throws IOException {
        Path model = Path.of("test/resources/norma/embeddings/cases/onnx-half/model.onnx");
        FILES.put("tiny.onnx", Files.readAllBytes(model));
        FILES.put("tiny-tokenizer.json", Files.readAllBytes(model.resolveSibling("tokenizer.json")));
        try (var encoder = SentenceEncoder.load(model, MEAN)) {
            expected = encoder.encode(TEXT);
        }
    }

    private static float[] vector(ClassLoader loader) throws IOException {
        try (var encoder = SentenceEncoder.load(loader, "tiny", MEAN)) {
            return encoder.encode(TEXT);
        }
    }

    private static <T> T with(ClassLoader context, Callable<T> body) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(context);
        try {
            return body.call();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void streamsOfUnknownLengthAreRead() throws IOException {
        var loader = new Loader(FILES);
        assertEquals(-1, loader.getResource("tiny.onnx").openConnection().getContentLengthLong());
        assertArrayEquals(expected, vector(loader));
        float[] trainable = TrainableEncoder.load(loader, "tiny", MEAN).encoder(MEAN).encode(TEXT);
        assertArrayEquals(expected, trainable, 1e-6f);
    }

    @Test
    void aStreamOfUnknownLengthThatIsCutShortIsRefused() {
        byte[] whole = FILES.get("tiny.onnx");
        var cut = new HashMap<>(FILES);
        cut.put("tiny.onnx", Arrays.copyOf(whole, whole.length / 2));
        assertTrue(assertThrows(IOException.class, () -> vector(new Loader(cut))).getMessage()
                .startsWith("tiny.onnx: must be a whole ONNX file"));
    }

    @Test
    void theThreadsContextLoaderComesFirst() throws Exception {
        assertArrayEquals(expected, with(new Loader(FILES), () -> {
            try (var encoder = SentenceEncoder.load("tiny", MEAN)) {
                return encoder.encode(TEXT);
            }
        }));
    }

    @Test
    void withoutAContextLoaderTheLibrarysIsAsked() throws Exception {
        var encoder = with(null, () -> SentenceEncoder.load("all-minilm-l6-v2", Options.DEFAULT));
        assertEquals(384, encoder.dimensions());
        encoder.close();
    }

    @Test
    void threadsOfTheCommonPoolFindModels() throws Exception {
        var encoder = ForkJoinPool.commonPool()
                .submit(() -> SentenceEncoder.load("all-minilm-l6-v2", Options.DEFAULT)).get();
        assertEquals(384, encoder.dimensions());
        encoder.close();
    }

    @Test
    void oneLoaderIsAskedAloneAndNeedsBothFiles() {
        var empty = new Loader(Map.of());
        assertTrue(assertThrows(FileNotFoundException.class,
                () -> SentenceEncoder.load(empty, "all-minilm-l6-v2", Options.DEFAULT)).getMessage()
                .contains("load(loader, name, options)"));
        var half = new Loader(Map.of("tiny.onnx", FILES.get("tiny.onnx")));
        assertTrue(assertThrows(FileNotFoundException.class, () -> vector(half)).getMessage()
                .startsWith("tiny-tokenizer.json: must be on the class path beside tiny.onnx"));
    }

    @Test
    void aJarIsNotKeptOpen() throws IOException {
        Path jar = folder.resolve("tiny.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (var file : FILES.entrySet()) {
                out.putNextEntry(new JarEntry(file.getKey()));
                out.write(file.getValue());
            }
        }
        try (var loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            assertArrayEquals(expected, vector(loader));
        }
        assertEquals(0, open(jar));
    }

    /// How often this process has a file open; only Linux tells.
    private static long open(Path file) throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return 0;
        }
        try (var links = Files.list(descriptors)) {
            return links.filter(link -> {
                try {
                    return Files.isSameFile(link, file);
                } catch (IOException _) {
                    return false; // a pipe, or closed meanwhile
                }
            }).count();
        }
    }
}
