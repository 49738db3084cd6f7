package norma.lab.finetune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import norma.embeddings.TrainableEncoder;
import norma.embeddings.finetuning.Classifier;
import norma.lab.Command;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `finetune`, on a few sentences in the form of the real ones.
class FineTuneTest {
    private static final List<String> GOOD =
            List.of("I love it.", "A great film!", "Works very well.", "Best food ever");
    private static final List<String> BAD = List.of("I hate it.", "A dull film!", "Broke at once.", "Worst food ever");

    @TempDir
    private Path folder;

    @BeforeEach
    void sentences() throws IOException {
        Path fixtures = Files.createDirectories(folder.resolve("sentiment/test/fixtures"));
        for (String site : List.of("amazon", "imdb", "yelp")) {
            var items = new JsonArray();
            for (int i = 0; i < 20; i++) {
                items.add(item((i % 2 == 0 ? GOOD : BAD).get(i / 2 % 4) + " " + site + " " + i, 1 - i % 2));
            }
            items.add(item("", -1));
            Files.writeString(fixtures.resolve(site + ".json"), items.toString());
        }
    }

    private static JsonObject item(String text, int label) {
        var item = new JsonObject();
        item.addProperty("text", text);
        item.addProperty("class", label < 0 ? null : label);
        return item;
    }

    private Command finetune(Object... more) {
        var words = new java.util.ArrayList<Object>(List.of("finetune", "--out", folder.resolve("out"), "--data",
                folder.resolve("sentiment"), "--seeds", "1", "--epochs", "1"));
        words.addAll(List.of(more));
        return Command.run(words.toArray());
    }

    @Test
    void bothNormsLearnAndAreKept() throws IOException {
        Command run = finetune("--task", "sentiment", "--save", "--json");
        assertEquals(0, run.code(), run.err());
        JsonArray trials = run.json().getAsJsonArray("trials");
        assertEquals(3, trials.size());
        for (String arm : List.of("layer_norm", "adaptive")) {
            Classifier model = Classifier.load(folder.resolve("out").resolve(arm));
            var encoder = (TrainableEncoder) model.encoder();
            assertEquals(1, model.labels(List.of(encoder.tokens("I love it. A great film!")))[0]);
            assertEquals(0, Command.run("embed", "--model", folder.resolve("out").resolve(arm), "I love it.").code());
        }
        assertTrue(Files.exists(folder.resolve("out/results.json")));
    }

    @Test
    void headsAloneLeaveTheEncoderAsItIs() {
        Command run = finetune("--task", "sentiment", "--frozen");
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().contains("frozen, head only") && !run.out().contains("adaptive"), run.out());
    }

    @Test
    void saysWhereTheSentencesAre() {
        Command run =
                Command.run("finetune", "--task", "sentiment", "--data", folder.resolve("nothing"), "--out", folder);
        assertEquals(2, run.code());
        assertTrue(run.err().contains("npm install --no-save sentiment@5.0.2"), run.err());
        assertEquals(2, finetune("--task", "poetry").code());
        assertEquals(2, finetune("--task", "sentiment", "--norm", "batch_norm").code());
        assertEquals(2, finetune("--task", "sentiment", "--rate", "0").code());
    }

    @Test
    void wordNetsPartsHaveNothingInCommon() {
        LabelledTexts texts = LabelledTexts.wordNet(3000);
        var all = new HashSet<String>();
        texts.train().forEach(item -> all.add(item.text()));
        texts.test().forEach(item -> all.add(item.text()));
        assertEquals(5000, all.size());
        assertEquals(45, texts.labels());
        assertEquals(0.12, texts.majority(), 0.02);
    }
}
