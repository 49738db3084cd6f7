package norma.lab.embed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import norma.lab.Command;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `similar` with an index, and `rerank`.
class SimilarTest {
    private static final List<String> LINES =
            IntStream.range(0, 1300).mapToObj(i -> i % 10 == 3 ? "  " : "a " + i % 600 + " b " + i % 7).toList();

    @TempDir
    private Path folder;

    private Path model;
    private Path file;
    private Path index;
    private Path ranker;

    @BeforeEach
    void files() throws IOException {
        model = TinyModel.write(folder.resolve("tiny"), 1);
        file = Files.write(folder.resolve("lines.txt"), LINES);
        index = folder.resolve("lines.index");
        ranker = TinyModel.write(folder.resolve("ranker"), 3);
        Files.delete(ranker.resolve("modules.json"));
    }

    private static Command ok(Object... args) {
        Command command = Command.run(args);
        assertEquals(0, command.code(), command.err());
        return command;
    }

    private static List<JsonObject> hits(Command command) {
        return command.out().lines().map(line -> JsonParser.parseString(line).getAsJsonObject()).toList();
    }

    private static void refused(String expected, Object... args) {
        Command command = Command.run(args);
        assertEquals(2, command.code(), command.toString());
        assertEquals(1, command.err().lines().count(), command.err());
        assertTrue(command.err().contains(expected), command.err());
    }

    @Test
    void anIndexFindsWhatTheFileHas() throws IOException {
        List<JsonObject> expected =
                hits(ok("similar", "a 5", "--model", model, "--file", file, "-k", 20, "--json"));
        assertEquals(20, expected.size());
        for (JsonObject hit : expected) {
            assertEquals(LINES.get(hit.get("line").getAsInt() - 1), hit.get("text").getAsString());
        }
        String made = ok("similar", "--model", model, "--file", file, "--index", index).out();
        assertTrue(made.contains("added 1,170 texts; 1,170 are there"), made);
        Files.delete(file);
        List<JsonObject> found = hits(ok("similar", "a 5", "--model", model, "--index", index, "-k", 20, "--json"));
        for (int i = 0; i < 20; i++) {
            assertEquals(expected.get(i).get("text"), found.get(i).get("text"));
            assertEquals(expected.get(i).get("cosine"), found.get(i).get("cosine"));
        }
        refused("has 1,170 texts already; --add adds to them", "similar", "--model", model, "--index", index, "--file",
                Files.writeString(file, "h\n"));
        ok("similar", "--model", model, "--index", index, "--file", file, "--add");
        JsonObject added = hits(ok("similar", "h", "--model", model, "--index", index, "-k", 1171, "--json"))
                .stream().filter(hit -> hit.get("text").getAsString().equals("h")).findFirst().orElseThrow();
        assertEquals(1171, added.get("line").getAsInt());
    }

    @Test
    void anIndexOfAnotherModelIsRefused() throws IOException {
        ok("similar", "--model", model, "--file", file, "--index", index);
        Path other = TinyModel.write(folder.resolve("other"), 2);
        refused("made with tiny; this is other, and gives a text another vector", "similar", "a", "--model", other,
                "--index", index);
        refused("made with tiny; this is all-minilm-l6-v2, and its dimensions is 384 instead of 8", "similar", "a",
                "--index", index);
        Files.write(index.resolve("vectors-1.safetensors"), new byte[7]);
        refused("vectors-1.safetensors: must begin with 8 bytes", "similar", "a", "--model", model, "--index", index);
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        refused("there must be a QUERY to look for, or an --index to make", "similar", "--file", file);
        refused("one after the other", "similar", "a", "--file", file, "--index", index);
        refused("at least 1", "similar", "a", "--file", file, "-k", 0);
        refused("index.json: there is no such file", "similar", "a", "--model", model, "--index", index);
        refused("at least 1", "rerank", "a", "--model", model, "--file", file, "-k", 0);
        refused("--model", "rerank", "a", "--file", file);
    }

    @Test
    void rerankOrdersByScore() {
        List<JsonObject> all = hits(ok("rerank", "a 5", "--model", ranker, "--file", file, "--json"));
        assertEquals(1170, all.size());
        for (int i = 1; i < all.size(); i++) {
            double before = all.get(i - 1).get("score").getAsDouble(), score = all.get(i).get("score").getAsDouble();
            assertTrue(before > score || before == score
                    && all.get(i - 1).get("line").getAsInt() < all.get(i).get("line").getAsInt());
        }
        assertEquals(all.subList(0, 3),
                hits(ok("rerank", "a 5", "--model", ranker, "--file", file, "-k", 3, "--json")));
        String table = ok("rerank", "a 5", "--model", ranker, "--file", file, "-k", 1).out();
        assertTrue(table.contains(all.getFirst().get("text").getAsString()), table);
    }

    @Test
    void theNearestAreOrderedAgain() {
        List<JsonObject> nearest = hits(ok("similar", "a 5", "--model", model, "--file", file, "-k", 9, "--json"));
        List<JsonObject> ranked = hits(ok("similar", "a 5", "--model", model, "--file", file, "-k", 4, "--candidates",
                9, "--rerank", ranker, "--json"));
        assertEquals(4, ranked.size());
        List<JsonObject> scores = hits(ok("rerank", "a 5", "--model", ranker, "--file", file, "--json"));
        List<Integer> near = nearest.stream().map(hit -> hit.get("line").getAsInt()).toList();
        assertEquals(scores.stream().map(hit -> hit.get("line").getAsInt()).filter(near::contains).limit(4).toList()
                .stream().map(line -> LINES.get(line - 1)).toList(),
                ranked.stream().map(hit -> hit.get("text").getAsString()).toList());
    }
}
