package norma.bench.workload;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import norma.kernel.SplitMix;

/// Random English of known lengths in tokens, the same in every run. What it means does not matter; how it is split does: most words
/// are one token of BERT's vocabulary, some are two or three, sentences begin with a capital and end with a full stop.
///
/// Lengths are spread evenly in logarithm, since short texts are common and long ones rare, and follow each other in no order.
///
/// @param count of texts
/// @param fewest tokens of a text, those in front and behind among them
/// @param most tokens of a text
public record Texts(int count, int fewest, int most) {
    private static final Pattern SHAPE = Pattern.compile("(\\d+) of T (\\d+)(?: to (\\d+))?");

    /// The tokens in front and behind.
    private static final int ENDS = 2;

    /// Words and the full stop.
    private static final int SENTENCE = 15;

    /// Of one token, of two, of three.
    private static final List<String[]> WORDS = Stream.of(
            """
                    about after all and animal are as ask at back be because been before big but by call can change child city
                    come could country day do down each earth end even every example father find first for from garden get give
                    good government great had have he her here high him history home house how if important in information is it
                    just keyboard kind kitten know land language large light like line little live long make man many may me men
                    more most mother mountain move much music must my name near need new night no now number of off old on only
                    or other our out over part people picture place point question read right river said same school see she
                    side small so some system take tell than that the their them then there these they thing think this three
                    through time to two under up us use very was water way we well went were what when where which who will with
                    word work world would write year you""",
            """
                    backlog benchmark blueberries bookkeeping checksum hummingbird latency lowercase serialization sunflower
                    teapot throughput tokenizer whitespace""",
            """
                    caterpillar dandelion datasets debugging dishwasher marshmallow misread refactor reusable roadmap
                    thunderstorms unboxing wheelbarrow""")
            .map(words -> words.split("\\s+")).toList();

    /// Those of a shape that begins like `32 of T 128` or `32 of T 8 to 256`.
    public static Texts of(String shape) {
        Matcher m = SHAPE.matcher(shape);
        if (!m.lookingAt()) {
            throw new IllegalArgumentException("Texts: must be like '32 of T 8 to 256'; got " + shape);
        }
        int fewest = Integer.parseInt(m.group(2));
        return new Texts(Integer.parseInt(m.group(1)), fewest,
                m.group(3) == null ? fewest : Integer.parseInt(m.group(3)));
    }

    /// The shape.
    @Override
    public String toString() {
        return "%d of T %d".formatted(count, fewest) + (most == fewest ? "" : " to " + most);
    }

    /// The texts themselves.
    public List<String> list() {
        int[] lengths = lengths();
        return IntStream.range(0, count).mapToObj(i -> text(i, lengths[i])).toList();
    }

    /// The number of tokens of each.
    int[] lengths() {
        double range = (double) most / fewest;
        return IntStream.range(0, count).map(i -> i * 7919 % count)
                .map(i -> (int) Math.round(fewest * Math.pow(range, (i + 0.5) / count))).toArray();
    }

    private static String text(int seed, int tokens) {
        var text = new StringBuilder();
        int left = tokens - ENDS;
        for (int i = 0; left > 0; i++) {
            if (left == 1 || i % SENTENCE == SENTENCE - 1) {
                text.append('.');
                left--;
            } else {
                int pieces = Math.min(pieces(SplitMix.below(10, seed, 2 * i)), left - 1);
                String[] words = WORDS.get(pieces - 1);
                String word = words[SplitMix.below(words.length, seed, 2 * i + 1)];
                text.append(i % SENTENCE > 0 ? " " + word : i > 0 ? " " + capital(word) : capital(word));
                left -= pieces;
            }
        }
        return text.toString();
    }

    /// A word in five is rare.
    private static int pieces(int die) {
        return die == 0 ? 3 : die == 1 ? 2 : 1;
    }

    private static String capital(String word) {
        return Character.toUpperCase(word.charAt(0)) + word.substring(1);
    }
}
