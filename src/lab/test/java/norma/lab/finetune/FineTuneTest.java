package norma.lab.finetune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import norma.embeddings.CrossEncoder;
import norma.embeddings.SentenceEncoder;
import norma.embeddings.finetuning.Classifier;
import norma.lab.Command;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `finetune` and `classify`, from a file to a model, with a tiny network.
class FineTuneTest {
    private static final List<String> THINGS = List.of("cat", "dog", "bird", "fish");
    private static final List<String> NUMBERS = List.of("one", "two", "three", "four", "five");

    @TempDir
    private Path folder;
    private Path model;

    @BeforeEach
    void tiny() throws IOException {
        model = TinyModel.in(folder.resolve("tiny"));
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private Command finetune(Path data, Object... more) {
        var words =
                new ArrayList<Object>(List.of("finetune", "--model", model, "--out", folder.resolve("out"), "--data",
                        data, "--rate", "3e-3", "--batch", "8"));
        words.addAll(List.of(more));
        return Command.run(words.toArray());
    }

    private static void assertTells(String text, String... parts) {
        for (String part : parts) {
            assertTrue(text.contains(part), "'" + part + "' in: " + text);
        }
    }

    /// 60 different reviews; the columns' names need no option.
    private String reviews() {
        var text = new StringBuilder("Review\tstars\tlabel\n");
        for (int i = 0; i < 60; i++) {
            String word = List.of("good", "bad", "fine", "poor", "great", "dull").get(i % 6);
            text.append("%s %s %s\t%d\t%s\n".formatted(NUMBERS.get(i / 6 % 5), word, THINGS.get(i / 30), i,
                    i % 2 == 0 ? "praise" : "blame"));
        }
        return text.toString();
    }

    @Test
    void labelsAreLearnedFromTabs() throws IOException {
        Path data = file("reviews.tsv", reviews() + "\t3\tpraise\none good cat\t0\tpraise\ntwo \"bad\" dog\t3\t\n");
        Command run = finetune(data, "--epochs", "15", "--patience", "15", "--validation", "0.2", "--test", "0.2");
        assertEquals(0, run.code(), run.err());
        assertTells(run.err(), "63 rows with the columns [Review, stars, label]", "task classify: text = Review",
                "1 row with nothing in the column Review (the first: " + data + ", line 62)",
                "1 row that stood there before", "line 63", "nothing in the column label", "line 64",
                "labels: blame 30, praise 30", "to learn from: 36; validation: 12; test: 12");
        assertTells(run.out(), "frozen encoder, logistic regression", "tuned, layer_norm", "precision",
                "true label (rows)");
        JsonObject results =
                JsonParser.parseString(Files.readString(folder.resolve("out/results.json"))).getAsJsonObject();
        JsonObject tuned = results.getAsJsonArray("trials").get(1).getAsJsonObject();
        assertTrue(tuned.getAsJsonObject("test").get("accuracy").getAsDouble() > 0.9, tuned.toString());
        String page = Files.readString(folder.resolve("out/report.html"));
        assertTells(page, "macro F1", "praise", "What was found in the data", "d3");
        assertFalse(page.contains("{{"), "each place is filled");

        Path saved = folder.resolve("out/model");
        assertEquals(List.of("blame", "praise"), Classifier.load(saved).labels());
        SentenceEncoder.load(saved).close();
        Path lines = file("lines.txt", "three good dog\n\nfive poor fish\n");
        Command said = Command.run("classify", saved, "--file", lines);
        assertEquals(0, said.code(), said.err());
        List<String> out = said.out().lines().toList();
        assertEquals(3, out.size(), "a blank line is a text");
        assertTrue(out.get(0).matches("praise\t[01]\\.\\d{4}\tthree good dog"), out.get(0));
        assertTrue(out.get(2).matches("blame\t[01]\\.\\d{4}\tfive poor fish"), out.get(2));
        JsonObject json = Command.run("classify", saved, "--json", "three good dog").json();
        assertEquals("praise", json.get("label").getAsString());
        JsonObject all = json.getAsJsonObject("probabilities");
        assertEquals(1, all.get("praise").getAsDouble() + all.get("blame").getAsDouble(), 1e-6);
        assertEquals(json.get("probability"), all.get("praise"));
    }

    @Test
    void scoresAreLearnedFromCommas() throws IOException {
        var text = new StringBuilder("sentence1,sentence2,score\n");
        for (int i = 0; i < 40; i++) {
            int shift = i / 5 % 3;
            String rest = THINGS.get(i / 5 % 4) + (i < 20 ? " red" : " blue");
            text.append("\"%s, %s\",%s %s great,%d\n".formatted(NUMBERS.get(i % 5), rest,
                    NUMBERS.get((i + shift) % 5), rest, shift == 0 ? 5 : 1));
        }
        Command run =
                finetune(file("pairs.csv", text.toString()), "--epochs", "2", "--validation", "0.2", "--test", "0.2",
                        "--json", "--seeds", "2");
        assertEquals(0, run.code(), run.err());
        assertEquals("", run.err().replaceAll("WARNING.*\\R", ""));
        JsonObject results = run.json();
        assertEquals("score", results.get("task").getAsString());
        assertTells(results.get("data").toString(), "scores from 1.0 to 5.0 become 0 to 1");
        JsonArray trials = results.getAsJsonArray("trials");
        assertEquals(4, trials.size());
        assertEquals(Set.of("Spearman", "Pearson"),
                trials.get(1).getAsJsonObject().getAsJsonObject("test").keySet());
        SentenceEncoder.load(folder.resolve("out/model")).close();
    }

    @Test
    void tripletsAreLearnedFromLinesOfJson() throws IOException {
        var text = new StringBuilder();
        for (String number : NUMBERS) {
            for (String thing : THINGS) {
                text.append(
                        "{\"anchor\": \"%s %s\", \"positive\": \"%s red %s\", \"negative\": \"blue\", \"tokens\": [1]}\n"
                                .formatted(number, thing, number, thing));
            }
        }
        Command run =
                finetune(file("triplets.jsonl", text.toString()), "--epochs", "2", "--validation", "0.2", "--test",
                        "0.2", "--norm", "adaptive,layer_norm");
        assertEquals(0, run.code(), run.err());
        assertTells(run.err(), "task contrast: anchor = anchor, positive = positive, negative = negative");
        assertTells(run.out(), "untuned encoder", "tuned, adaptive", "MRR", "accuracy@1", "triplet accuracy");
        SentenceEncoder.load(folder.resolve("out/model/adaptive")).close();
    }

    @Test
    void rerankersAreLearnedAndLearnOn() throws IOException {
        var text = new StringBuilder("query,passage,label\n");
        for (String number : NUMBERS) {
            for (String thing : THINGS) {
                text.append("%s %s,%s red,1\n%s %s,blue %s,0\n".formatted(number, thing, thing, number, thing, thing));
            }
        }
        Path data = file("answers.csv", text.toString());
        Command run = finetune(data, "--epochs", "5", "--validation", "0.2", "--test", "0.2");
        assertEquals(0, run.code(), run.err());
        assertTells(run.err(), "task rerank: query = query, passage = passage, score = label");
        assertTells(run.out(), "untuned encoder, cosine", "average precision", "MRR");
        Path first = folder.resolve("first");
        Files.move(folder.resolve("out/model"), first);
        try (CrossEncoder reranker = CrossEncoder.load(first)) {
            float[] scores = reranker.scores("two dog", List.of("blue dog", "dog red"));
            assertTrue(scores[1] > scores[0], scores[0] + " " + scores[1]);
        }
        model = first;
        Command again = finetune(data, "--epochs", "1", "--validation", "0.2", "--test", "0.2");
        assertEquals(0, again.code(), again.err());
        assertTells(again.out(), "untuned cross encoder");
        assertTells(finetune(data, "--norm", "adaptive").err(), "--norm must be layer_norm for rerank");
    }

    @Test
    void filesOfTheirOwnShareNoText() throws IOException {
        Path learn = file("learn.tsv", reviews());
        Path test = file("test.tsv", "review\tlabel\none good cat\tpraise\nfive dull dog\tblame\nblue\tblame\n"
                .replace("review", "Review"));
        Path validation = file("validation.tsv", "Review\tlabel\none good cat\tpraise\nred fish\tblame\n");
        Command run = finetune(learn, "--test", test, "--validation", validation, "--epochs", "1");
        assertEquals(0, run.code(), run.err());
        assertTells(run.err(), "2 rows whose text stands in the test too",
                "1 rows whose text stands in the test too", "to learn from: 58; validation: 1; test: 3");
        Path strange = file("strange.tsv", "Review\tlabel\none\tpraise\ntwo\tpraze\n");
        assertTells(finetune(learn, "--test", strange).err(), strange + ", line 3, column label",
                "one of the labels to learn from, [blame, praise]", "\"praze\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', value = {
            "a.tsv | text\\tlabel\\na\\tx\\nb | line 3: must have 2 cells",
            "a.csv | text1,text2,score\\na,b,0.5\\nc,d,high\\n | line 3, column score: must be a finite number; got \"high\"",
            "a.csv | text1,text2,score\\na,b,0.5\\nc,d,NaN\\n | must be a finite number",
            "a.csv | text1,text2,score\\na,b,1\\nc,d,1\\n | scores must differ",
            "a.jsonl | {\"text\": \"a\", \"label\": \"b\"}\\n{\"text\": \\n | line 2: must be an object of JSON",
            "a.jsonl | [1]\\n | line 1: must be an object of JSON",
            "a.jsonl | \\n | at least one line",
            "a.tsv | words\\tkind\\na\\tb\\n | must have columns for rerank",
            "a.tsv | text\\tlabel\\na\\tx\\nb\\tx\\n | must have two labels or more",
            "a.tsv | text\\tlabel\\na\\t1\\nb\\t2\\nc\\t3\\nd\\t4\\n | and most of them more than once; got 4 in 4 rows",
            "a.tsv | text\\tlabel\\n\\tx\\n \\ty\\n | must have a row with something in each",
            "a.tsv | text\\tlabel\\na\\tx\\nb\\ty\\n | each part must have a row",
            "a.tsv | text\\ttext\\na\\tx\\n | each column must have a name of its own",
            "a.xml | <a/> | must end in .tsv, .csv or .jsonl"})
    void badFilesAreToldInOneLine(String name, String text, String problem) throws IOException {
        Command run = finetune(file(name, text.replace("\\t", "\t").replace("\\n", "\n")), "--epochs", "1");
        assertEquals(2, run.code(), run.err());
        String last = run.err().lines().toList().getLast();
        assertTells(last, "norma finetune: ", problem);
    }

    @Test
    void badOptionsAreRefused() throws IOException {
        Path data = file("reviews.tsv", reviews());
        assertTells(finetune(data, "--text", "words").err(), "--text must name a column", "no words among");
        assertTells(finetune(data, "--test", "1.5").err(), "a share between 0 and 1");
        assertTells(finetune(data, "--task", "rerank").err(), "must have columns for rerank (query, passage, score)");
        assertTells(finetune(data, "--score-range", "0,5").err(), "--score-range for score and rerank");
        assertEquals(2, finetune(data, "--task", "poetry").code());
        assertEquals(2, finetune(data, "--norm", "batch_norm").code());
        assertEquals(2, finetune(data, "--patience", "0").code());
        assertEquals(2, finetune(folder.resolve("nothing.tsv")).code());
        assertEquals(2, Command.run("classify", model, "a").code());
        assertTells(Command.run("finetune", "--data", "sentiment", "--out", folder).err(),
                "npm install --no-save sentiment@5.0.2");
    }

    /// Columns said by options, another task than the first one, weights of labels.
    @Test
    void columnsMayHaveAnyName() throws IOException {
        Path data = file("odd.tsv", reviews().replace("Review\tstars\tlabel", "wording\tstars\tverdict"));
        Command run =
                finetune(data, "--text", "wording", "--label", "verdict", "--class-weights", "balanced",
                        "--frozen", "--examples", "50");
        assertEquals(0, run.code(), run.err());
        assertTells(run.err(), "text = wording, label = verdict", "of these rows the first 50", "blame 25, praise 25");
        assertFalse(run.out().contains("tuned, "), run.out());
    }

    private static JsonObject item(String text, int label) {
        var item = new JsonObject();
        item.addProperty("text", text);
        item.addProperty("class", label);
        return item;
    }

    @Test
    void theSentencesOfThreeSitesHaveATestOfTheirOwn() throws IOException {
        Path fixtures = Files.createDirectories(folder.resolve("sentiment/test/fixtures"));
        for (String site : List.of("amazon", "imdb", "yelp")) {
            var items = new JsonArray();
            for (int i = 0; i < 20; i++) {
                items.add(item((i % 2 == 0 ? "good " : "bad ") + NUMBERS.get(i / 4) + " " + THINGS.get(i % 4) + " "
                        + (site.equals("imdb") ? "red" : site.equals("yelp") ? "blue" : "green"), 1 - i % 2));
            }
            items.add(item("", 0));
            Files.writeString(fixtures.resolve(site + ".json"), items.toString());
        }
        Command run = finetune(folder.resolve("sentiment"), "--epochs", "1");
        assertEquals(0, run.code(), run.err());
        assertTells(run.err(), "labels: negative 24, positive 24", "test: 12");
    }

    @Test
    void wordNetsPartsHaveNothingInCommon() {
        Preset wordNet = Preset.wordNet();
        var all = new HashSet<String>();
        Stream.concat(wordNet.test().rows().stream(), wordNet.learn().rows().stream().limit(3000))
                .forEach(row -> all.add(row.cell("text")));
        assertEquals(5000, all.size());
        assertEquals(2000, wordNet.test().rows().size());
        assertEquals(45, wordNet.learn().rows().stream().map(row -> row.cell("label")).distinct().count());
    }
}
