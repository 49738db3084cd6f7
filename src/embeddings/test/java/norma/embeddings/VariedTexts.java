package norma.embeddings;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import norma.embeddings.tokenizer.HostileTexts;

/// Texts to compare encoders on, the same ones each time: three of four are definitions and examples of WordNet 3.1, from a few words
/// to more than a model reads; each fourth is a line of many scripts.
final class VariedTexts {
    private static final List<String> FILES = List.of("data.noun", "data.verb", "data.adj", "data.adv");

    private VariedTexts() {
    }

    static List<String> texts(int count) throws IOException {
        List<String> glosses = glosses();
        List<String> lines = HostileTexts.lines(count);
        var random = new SplittableRandom(7);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(i % 4 == 3 ? lines.get(i) : some(glosses, 1 << random.nextInt(i % 20 == 0 ? 8 : 3), random));
        }
        return texts;
    }

    private static String some(List<String> glosses, int count, SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : ". ").append(glosses.get(random.nextInt(glosses.size())));
        }
        return text.toString();
    }

    /// What stands behind the bar of a data file's line, https://wordnet.princeton.edu/documentation/wndb5wn.
    private static List<String> glosses() throws IOException {
        List<String> glosses = new ArrayList<>();
        for (String file : FILES) {
            var in = ClassLoader.getSystemResourceAsStream("net/sf/extjwnl/data/wordnet/wn31/" + file);
            try (var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
                lines.lines().filter(line -> line.contains(" | "))
                        .forEach(line -> glosses.add(line.substring(line.indexOf(" | ") + 3).strip()));
            }
        }
        return glosses;
    }
}
