package norma.lab.embed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import norma.io.Safetensors;
import norma.lab.Command;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// `norma embed --out`.
class VectorFileTest {
    private static final List<String> LINES = List.of("a b c", "", "d, \"e\"", "  f ", "caf\u00e9 \ud83d\ude80");

    @TempDir
    private Path folder;

    private Path model;

    @BeforeEach
    void model() throws IOException {
        model = TinyModel.write(folder.resolve("tiny"), 1);
    }

    private Command embed(Path file, Path out, Object... more) {
        List<Object> args = new ArrayList<>(List.of("embed", "--model", model, "--file", file, "--out", out));
        args.addAll(List.of(more));
        return Command.run(args.toArray());
    }

    private static void ok(Command command) {
        assertEquals(0, command.code(), command.err());
    }

    private static void refused(String expected, Command command) {
        assertEquals(2, command.code(), command.toString());
        assertEquals(1, command.err().lines().count(), command.err());
        assertTrue(command.err().contains(expected), command.err());
    }

    private Path lines(String name, Iterable<String> lines) throws IOException {
        return Files.write(folder.resolve(name), lines);
    }

    private float[] expected(Path file) {
        Command command = Command.run("embed", "--model", model, "--file", file, "--json");
        ok(command);
        List<JsonArray> vectors = command.out().lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject().getAsJsonArray("embedding")).toList();
        float[] all = new float[vectors.size() * TinyModel.DIM];
        for (int i = 0; i < all.length; i++) {
            all[i] = vectors.get(i / TinyModel.DIM).get(i % TinyModel.DIM).getAsFloat();
        }
        return all;
    }

    @Test
    void npyIsNumPys() throws IOException {
        Path file = lines("lines.txt", LINES), out = folder.resolve("v.npy");
        ok(embed(file, out));
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(out)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] header = new byte[128];
        bytes.get(header);
        String text = new String(header, StandardCharsets.ISO_8859_1);
        assertTrue(text.startsWith("\u0093NUMPY\u0001\0\u0076\0{"), text);
        assertTrue(text.contains("{'descr': '<f4', 'fortran_order': False, 'shape': (5, 8), } "), text);
        assertTrue(text.endsWith(" \n"), text);
        float[] values = new float[5 * 8];
        bytes.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        assertArrayEquals(expected(file), values);
        assertEquals(128 + 5 * 8 * 4, bytes.limit());
    }

    @Test
    void safetensorsOpen() throws IOException {
        Path file = lines("lines.txt", LINES), out = folder.resolve("v.safetensors");
        ok(embed(file, out));
        try (Safetensors written = Safetensors.open(out)) {
            assertArrayEquals(new long[] {5, 8}, written.entries().get("embeddings").shape());
            assertArrayEquals(expected(file), written.floats("embeddings"));
        }
    }

    @Test
    void jsonLinesAreThoseOfStandardOutput() throws IOException {
        Path file = lines("lines.txt", LINES), out = folder.resolve("a name");
        ok(embed(file, out, "--format", "JSONL"));
        assertEquals(Command.run("embed", "--model", model, "--file", file, "--json").out().lines().toList(),
                Files.readAllLines(out));
    }

    @Test
    void csvHasNamesAndQuotes() throws IOException {
        Path file = lines("lines.txt", LINES), out = folder.resolve("v.csv");
        ok(embed(file, out));
        List<String> rows = Files.readAllLines(out);
        assertEquals("text,0,1,2,3,4,5,6,7", rows.getFirst());
        assertTrue(rows.get(3).startsWith("\"d, \"\"e\"\"\","), rows.get(3));
        assertTrue(rows.get(4).startsWith("  f ,"), rows.get(4));
        String[] cells = rows.get(2).split(",");
        float[] expected = expected(file);
        for (int i = 0; i < 8; i++) {
            assertEquals(expected[8 + i], Float.parseFloat(cells[1 + i]));
        }
        assertEquals(6, rows.size());
    }

    @ParameterizedTest
    @EnumSource
    void anEmptyFileHasNoRows(VectorFormat format) throws IOException {
        Path out = folder.resolve("none");
        ok(embed(lines("empty.txt", List.of()), out, "--format", format));
        assertEquals(format.header(0, 8).remaining(), Files.size(out));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(3, files.count(), "the model, the texts and the vectors");
        }
    }

    /// Texts of which one can't be read stop a run; once they are mended, another one goes on.
    @ParameterizedTest
    @EnumSource
    void anInterruptedRunGoesOnToTheSameBytes(VectorFormat format) throws IOException {
        List<String> texts = IntStream.range(0, 1400).mapToObj(i -> "a \"" + i + "\"").toList();
        Path file = lines("texts.txt", texts), out = folder.resolve("out"), whole = folder.resolve("whole");
        ok(embed(file, whole, "--format", format, "--resume"));
        byte[] good = Files.readAllBytes(file), bad = good.clone();
        bad[bad.length - 2] = (byte) 0xFF;
        Files.write(file, bad);
        refused("in line 1400", embed(file, out, "--format", format));
        assertFalse(Files.exists(out));
        Files.write(file, good);
        refused("left the vectors of 512 texts", embed(file, out, "--format", format));
        Command resumed = embed(file, out, "--format", format, "--resume");
        ok(resumed);
        assertTrue(resumed.err().contains("goes on behind text 512"), resumed.err());
        assertArrayEquals(Files.readAllBytes(whole), Files.readAllBytes(out));
        assertFalse(Files.exists(folder.resolve("out.part")));
        assertFalse(Files.exists(folder.resolve("out.part.json")));
    }

    @Test
    void anotherRunIsNotGoneOnWith() throws IOException {
        List<String> texts = IntStream.range(0, 600).mapToObj(i -> "b " + i).toList();
        Path file = lines("texts.txt", texts), out = folder.resolve("v.npy");
        byte[] good = Files.readAllBytes(file);
        Files.write(file,
                (new String(good, StandardCharsets.US_ASCII) + "\u00ff").getBytes(StandardCharsets.ISO_8859_1));
        refused("in line 601", embed(file, out));
        Files.write(file, good);
        byte[] part = Files.readAllBytes(folder.resolve("v.npy.part"));
        refused("v.npy.part is npy, this is csv", embed(file, out, "--resume", "--format", "csv"));
        refused("made with tiny; this is tiny, and its maxTokens is 5 instead of 16",
                embed(file, out, "--resume", "--max-tokens", 5));
        refused("the first 512 are not those", embed(lines("less.txt", texts.subList(0, 500)), out, "--resume"));
        refused("the first 512 are not those", embed(lines("others.txt", texts.reversed()), out, "--resume"));
        TinyModel.write(model, 2);
        refused("gives a text another vector", embed(file, out, "--resume"));
        assertArrayEquals(part, Files.readAllBytes(folder.resolve("v.npy.part")), "nothing was changed");
        Files.writeString(folder.resolve("v.npy.part.json"), "{\"texts\": 3}");
        refused("v.npy.part.json: must say how much", embed(file, out, "--resume"));
    }

    @Test
    void whereNothingCanBeWritten() throws IOException {
        Path file = lines("lines.txt", LINES);
        refused("must be a file", embed(file, folder, "--format", "npy"));
        refused("must end with .jsonl, .csv, .npy or .safetensors", embed(file, folder.resolve("v.txt")));
        refused("there is no such file or folder", embed(file, folder.resolve("no/v.npy")));
        refused("say which with --out", Command.run("embed", "--model", model, "--resume", "a"));
    }

    /// 100,000 lines, 30 MB of text, in 24 MB of heap; killed on the way. Every 500 lines come again, and so must their vectors.
    @Test
    void aKilledRunGoesOnInLittleMemory() throws Exception {
        Path file = folder.resolve("many.txt"), out = folder.resolve("v.npy");
        List<String> period = IntStream.range(0, 500).mapToObj(i -> i + " " + "x".repeat(300)).toList();
        String text = String.join("\n", period) + "\n";
        Files.writeString(file, text.repeat(200));
        Process killed = child(file, out);
        while (killed.isAlive() && !Files.exists(folder.resolve("v.npy.part.json"))) {
            Thread.sleep(5);
        }
        assertTrue(killed.isAlive(), () -> printed(killed));
        killed.destroyForcibly().waitFor();
        assertFalse(Files.exists(out));
        Process resumed = child(file, out);
        String printed = printed(resumed);
        assertEquals(0, resumed.waitFor(), printed);
        assertTrue(printed.contains("goes on behind text"), printed);
        ok(embed(lines("period.txt", period), folder.resolve("period.npy")));
        byte[] once = Files.readAllBytes(folder.resolve("period.npy")), all = Files.readAllBytes(out);
        int rows = 500 * TinyModel.DIM * Float.BYTES;
        assertEquals(128 + 200 * rows, all.length);
        for (int i = 0; i < 200; i++) {
            assertTrue(Arrays.equals(once, 128, 128 + rows, all, 128 + i * rows, 128 + (i + 1) * rows));
        }
        assertTrue(new String(all, 0, 128, StandardCharsets.ISO_8859_1).contains("(100000, 8)"));
    }

    private Process child(Path file, Path out) throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx24m",
                "--add-modules=jdk.incubator.vector", "-cp", classPath(), "norma.lab.Main", "embed", "--model",
                model.toString(), "--file", file.toString(), "--out", out.toString(), "--resume")
                .redirectErrorStream(true).start();
    }

    private static String classPath() {
        return Stream.of("java.class.path", "jdk.module.path").map(System::getProperty)
                .filter(path -> path != null && !path.isEmpty()).reduce((a, b) -> a + java.io.File.pathSeparator + b)
                .orElseThrow();
    }

    private static String printed(Process process) {
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
