package norma.lab.finetune;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import norma.io.CorruptFileException;
import norma.kernel.SplitMix;
import norma.lab.finetune.Rows.Row;
import norma.lab.run.WordNet;

/// Labelled texts that the command knows by name, with a test that is always the same.
///
/// @param learn to learn from
/// @param test to measure on
record Preset(Rows learn, Rows test) {
    static final String SENTIMENT = "sentiment";
    static final String WORDNET = "wordnet";

    private static final List<String> COLUMNS = List.of("text", "label");
    private static final List<String> SITES = List.of("amazon.json", "imdb.json", "yelp.json");
    private static final int TEST_EVERY = 5;
    private static final int WORDNET_TEST = 2000;

    private static Row row(String where, String text, String label) {
        return new Row(where, Map.of("text", text, "label", label));
    }

    /// 3 x 1,000 sentences from Amazon, IMDB and Yelp, half of them in praise (Kotzias et al. 2015, "From group to individual labels
    /// using deep features"), as they stand in the npm package `sentiment`, version 5.0.2: `test/fixtures/*.json`. Every fifth
    /// sentence of each site is for the test; a sentence that stands there twice is taken once.
    ///
    /// @param folder the package
    static Preset sentiment(Path folder) throws IOException {
        var learn = new ArrayList<Row>();
        var test = new ArrayList<Row>();
        Set<String> known = new HashSet<>();
        for (String site : SITES) {
            List<Row> rows = fixture(folder.resolve("test/fixtures").resolve(site)).stream()
                    .filter(row -> known.add(row.cell("text"))).toList();
            for (int i = 0; i < rows.size(); i++) {
                (i % TEST_EVERY == TEST_EVERY - 1 ? test : learn).add(rows.get(i));
            }
        }
        return new Preset(new Rows(SENTIMENT, COLUMNS, learn), new Rows(SENTIMENT + ", test", COLUMNS, test));
    }

    /// The last item of each file is empty.
    private static List<Row> fixture(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString(), null,
                    "npm install --no-save sentiment@5.0.2 puts it into node_modules/sentiment, where --data sentiment looks; or say the folder");
        }
        var rows = new ArrayList<Row>();
        try (Reader in = Files.newBufferedReader(file)) {
            JsonArray all = JsonParser.parseReader(in).getAsJsonArray();
            for (JsonElement item : all.asList().subList(0, Math.max(0, all.size() - 1))) {
                JsonObject sentence = item.getAsJsonObject();
                rows.add(row("%s, item %d".formatted(file, rows.size() + 1), sentence.get("text").getAsString(),
                        sentence.get("class").getAsInt() == 1 ? "positive" : "negative"));
            }
        } catch (JsonParseException | IllegalStateException | NullPointerException | UnsupportedOperationException e) {
            throw new CorruptFileException(file,
                    "must hold [{\"text\": ..., \"class\": 0 or 1}, ...]; " + e.getMessage(), e);
        }
        return rows;
    }

    /// WordNet's definitions and which of its 45 lexicographer files they stand in, in an order that is always the same; the first
    /// 2,000 are the test.
    static Preset wordNet() {
        List<WordNet.Definition> all = WordNet.definitions();
        List<Row> rows = IntStream.range(0, all.size()).boxed()
                .sorted(Comparator.comparingLong(i -> SplitMix.at(0, i))).map(i -> row("definition " + (i + 1),
                        all.get(i).text(), String.format(Locale.ROOT, "%02d", all.get(i).lexicographer())))
                .toList();
        return new Preset(new Rows(WORDNET, COLUMNS, rows.subList(WORDNET_TEST, rows.size())),
                new Rows(WORDNET + ", test", COLUMNS, rows.subList(0, WORDNET_TEST)));
    }
}
