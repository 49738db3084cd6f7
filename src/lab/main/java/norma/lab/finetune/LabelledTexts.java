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
import java.util.Set;
import java.util.stream.IntStream;
import norma.io.CorruptFileException;
import norma.kernel.SplitMix;
import norma.lab.run.WordNet;

/// Texts with a label each, in two parts that have no text in common.
///
/// @param name of the task
/// @param train to learn from
/// @param test to measure on
/// @param labels how many there are
record LabelledTexts(String name, List<Item> train, List<Item> test, int labels) {

    /// A text.
    record Item(String text, int label) {
    }

    private static final List<String> SITES = List.of("amazon.json", "imdb.json", "yelp.json");
    private static final int TEST_EVERY = 5;
    private static final int WORDNET_TEST = 2000;

    /// 3 x 1,000 sentences from Amazon, IMDB and Yelp, half of them in praise (Kotzias et al. 2015, "From group to individual labels
    /// using deep features"), as they stand in the npm package `sentiment`, version 5.0.2: `test/fixtures/*.json`. Every fifth
    /// sentence of each site is for the test; a sentence that stands there twice is taken once.
    ///
    /// @param folder the package
    static LabelledTexts sentiment(Path folder) throws IOException {
        var train = new ArrayList<Item>();
        var test = new ArrayList<Item>();
        Set<String> known = new HashSet<>();
        for (String site : SITES) {
            List<Item> examples =
                    fixture(folder.resolve("test/fixtures").resolve(site)).stream().filter(e -> known.add(e.text))
                            .toList();
            for (int i = 0; i < examples.size(); i++) {
                (i % TEST_EVERY == TEST_EVERY - 1 ? test : train).add(examples.get(i));
            }
        }
        return new LabelledTexts("sentiment", train, test, 2);
    }

    /// The last item of each file is empty.
    private static List<Item> fixture(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString(), null,
                    "npm install --no-save sentiment@5.0.2 puts it into node_modules/sentiment, and --data says where it is");
        }
        var examples = new ArrayList<Item>();
        try (Reader in = Files.newBufferedReader(file)) {
            JsonArray all = JsonParser.parseReader(in).getAsJsonArray();
            for (JsonElement item : all.asList().subList(0, Math.max(0, all.size() - 1))) {
                JsonObject sentence = item.getAsJsonObject();
                examples.add(new Item(sentence.get("text").getAsString().strip(), sentence.get("class").getAsInt()));
            }
        } catch (JsonParseException | IllegalStateException | NullPointerException | UnsupportedOperationException e) {
            throw new CorruptFileException(file,
                    "must hold [{\"text\": ..., \"class\": 0 or 1}, ...]; " + e.getMessage(), e);
        }
        return examples;
    }

    /// WordNet's definitions and which of its 45 lexicographer files they stand in; the same choice at each call.
    ///
    /// @param count how many to learn from
    static LabelledTexts wordNet(int count) {
        List<WordNet.Definition> all = WordNet.definitions();
        List<Item> chosen =
                IntStream.range(0, all.size()).boxed().sorted(Comparator.comparingLong(i -> SplitMix.at(0, i)))
                        .limit(WORDNET_TEST + (long) count).map(all::get)
                        .map(d -> new Item(d.text(), d.lexicographer())).toList();
        return new LabelledTexts("wordnet", chosen.subList(WORDNET_TEST, chosen.size()),
                chosen.subList(0, WORDNET_TEST),
                WordNet.LEXICOGRAPHER_FILES);
    }

    /// The accuracy on the test of always saying its most frequent label.
    double majority() {
        int[] counts = new int[labels];
        test.forEach(example -> counts[example.label]++);
        return (double) IntStream.of(counts).max().orElse(0) / test.size();
    }
}
