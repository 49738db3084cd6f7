package norma.embeddings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import norma.embeddings.TextIndex.Hit;
import norma.io.CorruptFileException;
import norma.io.Safetensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextIndexTest {
    private static final List<String> TEXTS = List.of("a b c", "", "x y", "a\nb \"c\" <\\> caf\u00e9 \ud83d\ude80",
            "a b c", "\0 \u2028 k");

    @TempDir
    private Path folder;

    private SentenceEncoder encoder;

    @BeforeEach
    void load() throws IOException {
        TrainableFolder.encoder(Files.createDirectories(folder.resolve("first"))).save(folder.resolve("model"));
        encoder = SentenceEncoder.load(folder.resolve("model"), Options.DEFAULT.prefixes("q ", "p "));
    }

    @AfterEach
    void close() {
        encoder.close();
    }

    private Path at() {
        return folder.resolve("an.index");
    }

    private TextIndex made() throws IOException {
        TextIndex index = TextIndex.create(at(), Metric.COSINE, "tiny", encoder);
        assertEquals(4, index.add(TEXTS.subList(0, 4)));
        assertEquals(0, index.add(List.of()));
        assertEquals(2, index.add(TEXTS.subList(4, 6)));
        return index;
    }

    private List<Hit> expected(String query, int k) {
        VectorIndex vectors = VectorIndex.of(Metric.COSINE, encoder.dimensions());
        vectors.add(encoder.encodePassages(TEXTS));
        return vectors.nearest(encoder.encodeQuery(query), k).stream()
                .map(hit -> new Hit(hit.number(), hit.value(), TEXTS.get((int) hit.number()))).toList();
    }

    @Test
    void findsAgainWhatWasAdded() throws IOException {
        TextIndex made = made();
        TextIndex opened = TextIndex.open(at(), "tiny", encoder);
        for (TextIndex index : List.of(made, opened)) {
            assertEquals(6, index.size());
            assertEquals(Metric.COSINE, index.metric());
            assertEquals(expected("a b", 6), index.nearest("a b", 10));
            assertEquals(List.of(expected("k", 2), expected("", 2)), index.nearest(List.of("k", ""), 2));
        }
        opened.keepInMemory();
        opened.add(List.of("u"));
        assertEquals("u", opened.nearest("u", 7).stream().filter(hit -> hit.number() == 6).findFirst().orElseThrow()
                .text());
        assertEquals(opened.nearest("u", 7), TextIndex.open(at(), "tiny", encoder).nearest("u", 7));
    }

    @Test
    void vectorsAreSafetensors() throws IOException {
        made();
        try (Safetensors file = Safetensors.open(at().resolve("vectors-1.safetensors"))) {
            float[] vectors = file.floats("vectors");
            assertEquals(4 * encoder.dimensions(), vectors.length);
            assertEquals(encoder.encodePassages(TEXTS)[3][1], vectors[3 * encoder.dimensions() + 1]);
        }
    }

    @Test
    void moreThanAPortionInOneGo() throws IOException {
        TextIndex index = TextIndex.create(at(), Metric.DOT, "tiny", encoder);
        List<String> many = IntStream.range(0, 1500).mapToObj(i -> "a b " + "c d ".repeat(i % 7) + i).toList();
        assertEquals(1500, index.add(many));
        for (Hit hit : index.nearest("c d", 1500)) {
            assertEquals(many.get((int) hit.number()), hit.text());
        }
    }

    @Test
    void anEmptyIndexFindsNothing() throws IOException {
        TextIndex.create(at(), Metric.COSINE, "tiny", encoder);
        TextIndex index = TextIndex.open(at(), "tiny", encoder);
        assertEquals(List.of(), index.nearest("a", 3));
        assertEquals(0, index.size());
    }

    @Test
    void anotherEncoderIsRefusedAndBothAreNamed() throws IOException {
        made();
        refused("made with tiny; this is cut, and its maxTokens is 3 instead of 20", "cut",
                Options.DEFAULT.prefixes("q ", "p ").maxTokens(3), "model");
        refused("its queryPrefix is  instead of q ", "other", Options.DEFAULT, "model");
        TrainableEncoder tuned = TrainableFolder.encoder(Files.createDirectories(folder.resolve("second")));
        TrainableFolder.shake(tuned);
        tuned.save(folder.resolve("tuned"));
        refused("made with tiny; this is tuned, and gives a text another vector", "tuned",
                Options.DEFAULT.prefixes("q ", "p "), "tuned");
        Path moved = folder.resolve("moved");
        Files.move(folder.resolve("model"), moved);
        try (var same = SentenceEncoder.load(moved, Options.DEFAULT.prefixes("q ", "p "))) {
            assertEquals(6, TextIndex.open(at(), "moved", same).size());
        }
    }

    private void refused(String expected, String name, Options options, String model) throws IOException {
        try (var other = SentenceEncoder.load(folder.resolve(model), options)) {
            String message = assertThrows(IllegalArgumentException.class, () -> TextIndex.open(at(), name, other))
                    .getMessage();
            assertTrue(message.contains(expected), message);
        }
    }

    @Test
    void whatStopsAnAddLeavesTheIndexAsItWas() throws IOException {
        TextIndex index = made();
        List<Hit> before = index.nearest("a b", 9);
        List<String> failing = new ArrayList<>(IntStream.range(0, 600).mapToObj(i -> "c " + i).toList());
        failing.add(null);
        assertThrows(NullPointerException.class, () -> index.add(failing));
        assertEquals(before, index.nearest("a b", 9));
        assertEquals(before, TextIndex.open(at(), "tiny", encoder).nearest("a b", 9));
        try (Stream<Path> files = Files.list(at())) {
            assertEquals(6, files.count(), "two parts, the list of them and the lock");
        }
    }

    @Test
    void onlyOneAtATimeAdds() throws IOException {
        TextIndex one = made();
        TextIndex other = TextIndex.open(at(), "tiny", encoder);
        one.add(List.of("d"));
        String message = assertThrows(IllegalStateException.class, () -> other.add(List.of("e"))).getMessage();
        assertTrue(message.contains("somebody else has added to it"), message);
        String nested = assertThrows(IllegalStateException.class, () -> TextIndex.open(at(), "tiny", encoder)
                .add(Stream.of("f").peek(_ -> addOne()).iterator())).getMessage();
        assertTrue(nested.contains("one at a time"), nested);
        assertTrue(assertThrows(IOException.class, () -> TextIndex.create(at(), Metric.DOT, "tiny", encoder))
                .getMessage().contains("must not hold an index already"));
    }

    private void addOne() {
        try {
            TextIndex.open(at(), "tiny", encoder).add(List.of("g"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aChangedFileIsNamed() throws IOException {
        made();
        damaged("vectors-1.safetensors", 200, "vectors-1.safetensors: must be as it was written");
        damaged("texts-2.jsonl", 3, "texts-2.jsonl: must be as it was written");
        damaged("vectors-2.safetensors", -1, "vectors-2.safetensors");
        damaged("texts-1.jsonl", -1, "texts-1.jsonl: must be as it was written");
        damaged("index.json", 0, "index.json: must be JSON");
        Files.delete(at().resolve("vectors-2.safetensors"));
        assertThrows(IOException.class, () -> TextIndex.open(at(), "tiny", encoder));
        Files.delete(at().resolve("index.json"));
        assertFalse(TextIndex.isIn(at()));
        assertThrows(IOException.class, () -> TextIndex.open(at(), "tiny", encoder));
    }

    /// Changes the byte at that place, or cuts the last one off, and mends it again.
    private void damaged(String name, int place, String expected) throws IOException {
        Path file = at().resolve(name);
        byte[] before = Files.readAllBytes(file);
        try (var damaged = new RandomAccessFile(file.toFile(), "rw")) {
            if (place < 0) {
                damaged.setLength(before.length - 1);
            } else {
                damaged.seek(place);
                damaged.write(before[place] ^ 1);
            }
        }
        String message = assertThrows(CorruptFileException.class,
                () -> TextIndex.open(at(), "tiny", encoder).nearest("a", 6)).getMessage();
        assertTrue(message.contains(expected), message);
        Files.write(file, before);
        assertEquals(6, TextIndex.open(at(), "tiny", encoder).nearest("a", 6).size());
    }
}
