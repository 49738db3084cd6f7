package norma.lab.embed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import norma.lab.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `embed` and `similar`, with the model that comes with the command.
class EmbedTest {
    private static final List<String> LINES =
            List.of("a dog barks at night", "", "stock markets fell", "caf\u00e9 \u65e5\u672c \ud83d\ude80",
                    "a wolf howls");

    @TempDir
    private Path folder;

    private static Command ok(Object... args) {
        Command command = Command.run(args);
        assertEquals(0, command.code(), command.err());
        return command;
    }

    private static List<JsonObject> lines(Command command) {
        return command.out().lines().map(line -> JsonParser.parseString(line).getAsJsonObject()).toList();
    }

    private static Command fed(String input, Object... args) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        try {
            return ok(args);
        } finally {
            System.setIn(before);
        }
    }

    private Path file() throws IOException {
        return Files.write(folder.resolve("lines.txt"), LINES);
    }

    @Test
    void aLineForEachTextInOrder() throws IOException {
        List<JsonObject> lines = lines(ok("embed", "--file", file(), "--json"));
        assertEquals(LINES, lines.stream().map(line -> line.get("text").getAsString()).toList());
        for (JsonObject line : lines) {
            JsonArray vector = line.getAsJsonArray("embedding");
            double norm = vector.asList().stream().mapToDouble(x -> x.getAsDouble() * x.getAsDouble()).sum();
            assertEquals(384, vector.size());
            assertEquals(1, norm, 1e-5);
        }
    }

    @Test
    void argumentsFileAndStandardInputSayTheSame() throws IOException {
        String fromFile = ok("embed", "--json", "--file", file()).out();
        assertEquals(fromFile, fed(String.join("\r\n", LINES), "embed", "--json").out());
        assertEquals(fromFile,
                ok("embed", "--json", LINES.get(0), LINES.get(1), LINES.get(2), LINES.get(3), LINES.get(4)).out());
    }

    @Test
    void moreTextsThanAPortionHoldsStayInOrder() {
        String text = "word\n".repeat(700) + "another\n".repeat(3);
        List<JsonObject> lines = lines(fed(text, "embed", "--json"));
        assertEquals(703, lines.size());
        assertEquals(lines.get(0), lines.get(699));
        assertEquals("another", lines.get(700).get("text").getAsString());
    }

    @Test
    void peopleSeeHowVectorsBegin() {
        String out = ok("embed", "a first sentence", "another one").out();
        assertEquals(2, out.lines().count());
        assertTrue(out.lines().allMatch(line -> line.matches("\\[[-0-9., ]+\\.\\.\\. 384]  .*")), out);
        assertEquals("", fed("", "embed").out());
    }

    @Test
    void similarFindsTheNearestLines() throws IOException {
        List<JsonObject> hits = lines(ok("similar", "an animal noise", "--file", file(), "-k", 2, "--json"));
        assertEquals(List.of(1, 5), hits.stream().map(hit -> hit.get("line").getAsInt()).sorted().toList());
        assertTrue(hits.get(0).get("cosine").getAsDouble() >= hits.get(1).get("cosine").getAsDouble());
        assertEquals(4, lines(ok("similar", "x", "--file", file(), "-k", 99, "--json")).size()); // without the blank one
        String table = ok("similar", "the stock market", "--file", file(), "-k", 1).out();
        assertTrue(table.contains("     3  stock markets fell"), table);
    }

    @Test
    void whatCannotBeReadIsNamed() throws IOException {
        Path latin = Files.write(folder.resolve("latin.txt"), "caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
        refused("latin.txt: must be UTF-8 text; it is not from byte 3 on", "embed", "--file", latin);
        refused("there is no such file", "embed", "--file", folder.resolve("none"));
        refused("not both; got 1 arguments", "embed", "text", "--file", latin);
        refused("got no-such-model", "embed", "--model", "no-such-model", "text");
        refused("must hold model.safetensors or model.safetensors.index.json or model.onnx", "embed", "--model", folder,
                "text");
        refused("at least 1", "similar", "text", "--file", latin, "-k", 0);
        refused("at most 384 dimensions and 512 tokens", "embed", "--max-tokens", 513, "text");
        refused("threads must be at least 1", "embed", "--threads", 0, "text");
    }

    @Test
    void anExportedModelHasTheSameVectors() {
        Path copy = folder.resolve("models/copy");
        ok("export", copy);
        assertEquals(ok("embed", "--json", "a text").out(), ok("embed", "--json", "--model", copy, "a text").out());
    }

    private static void refused(String expected, Object... args) {
        Command command = Command.run(args);
        assertEquals(2, command.code(), command.toString());
        assertEquals("", command.out());
        assertEquals(1, command.err().lines().count(), command.err());
        assertTrue(command.err().contains(expected), command.err());
    }

    @Test
    void doctorSaysWhereTheWeightsAre() {
        JsonObject found = ok("doctor", "--json").json();
        assertEquals("all-minilm-l6-v2", found.get("model").getAsString());
        assertTrue(found.get("weights").getAsString().endsWith("all-minilm-l6-v2.onnx"), found.toString());
        assertTrue(ok("doctor").out().contains("all-minilm-l6-v2"));
    }
}
