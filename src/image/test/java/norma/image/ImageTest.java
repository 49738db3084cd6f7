package norma.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import norma.embeddings.Options;
import norma.embeddings.SentenceEncoder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The image runs wherever it is copied to, without Java around it. Its weights are laid beside it here; it has none.
class ImageTest {
    private static final List<String> TEXTS = List.of("a first sentence", "another one", "caf\u00e9 \ud83d\ude80");

    @TempDir
    private static Path folder;

    private static Path image;
    private static long size;

    private record Line(String text, float[] embedding) {
    }

    @BeforeAll
    static void copy() throws IOException {
        Path built = Path.of(System.getProperty("norma.image"));
        image = folder.resolve("a copy");
        try (Stream<Path> files = Files.walk(built)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, image.resolve(built.relativize(file).toString()));
                size += Files.isRegularFile(file) ? Files.size(file) : 0;
            }
        }
        Path weights = weights();
        Files.copy(weights, image.resolve("lib/norma").resolve(weights.getFileName()));
    }

    private static Path weights() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator)).map(Path::of)
                .filter(jar -> jar.getFileName().toString().startsWith("langchain4j-embeddings")).findFirst()
                .orElseThrow();
    }

    private static String norma(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(image.resolve("bin/norma").toString()));
        command.addAll(List.of(arguments));
        Path errors = folder.resolve("errors");
        var builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/bin:/bin");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), Files.readString(errors));
        return output;
    }

    @Test
    void embedGivesTheLibrarysVectors() throws IOException, InterruptedException {
        List<Line> lines = norma("embed", "--json", TEXTS.get(0), TEXTS.get(1), TEXTS.get(2)).lines()
                .map(line -> new Gson().fromJson(line, Line.class)).toList();
        assertEquals(TEXTS, lines.stream().map(Line::text).toList());
        try (SentenceEncoder encoder = SentenceEncoder.load("all-minilm-l6-v2", Options.DEFAULT)) {
            assertArrayEquals(encoder.encode(TEXTS), lines.stream().map(Line::embedding).toArray(float[][]::new));
        }
    }

    @Test
    void doctorMissesNothing() throws IOException, InterruptedException {
        String found = norma("doctor");
        assertTrue(found.contains(image.toRealPath().toString()), found);
        assertTrue(found.matches("(?s).*to do +nothing\\s*"), found);
    }

    @Test
    void itIsSmallAndHasNoWeights() {
        System.out.println("the image has %.1f MB".formatted(size / 1e6));
        // 12 of them are Eclipse Collections, which the engine trains tokenizers with
        assertTrue(size < 65e6, "at most 65 MB; it has " + size);
    }
}
