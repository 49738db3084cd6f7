package norma.bench.work;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import norma.kernel.SplitMix;

/// Random English of known lengths in tokens, the same in every run. What it means does not matter; how it is split does: most words
/// are one token of BERT's vocabulary, some are two or three, sentences begin with a capital and end with a full stop.
public final class Texts {
    /// The tokens in front and behind.
    private static final int ENDS = 2;

    /// Words and the full stop.
    private static final int SENTENCE = 15;

    /// Of one token, of two, of three.
    private static final List<String[]> WORDS = Stream.of(
            """
                    about act add after again against air all also an and animal any are as ask at back be because been before
                    between big build but by call came can cause change children come company could country day different do
                    does down each earth end even every example father find first follow for form from gardener get give go
                    good government great had hand has have help her here high him history home house how if important in
                    information is it just keyboard kind kitten know land language large light lighthouse like line little long
                    look low made make man many may me mean men misunderstanding more most mother mountain move much music must
                    my name near need new no now number of off old on only or other our out over part people picture place play
                    point put question read right river round said same say science see sentence set several she show side
                    small snowfall so some sound spell such system take tell than that the their them then there these thing
                    think this three through time to together too try turn two unbelievable under up us use very want was water
                    way we well went were what when where which who why will with word work world would write year your""",
            """
                    backlog benchmark blueberries bookkeeping checksum hummingbird latency lowercase serialization sunflower
                    teapot throughput tokenizer whitespace""",
            """
                    caterpillar dandelion datasets debugging dishwasher marshmallow misread refactor reusable roadmap
                    thunderstorms unboxing wheelbarrow""")
            .map(words -> words.split("\\s+")).toList();

    private Texts() {
    }

    /// Texts from `fewest` to `most` tokens, the ones in front and behind among them. Lengths are spread evenly in logarithm, since
    /// short texts are common and long ones rare, and follow each other in no order.
    public static List<String> of(int count, int fewest, int most) {
        int[] lengths = lengths(count, fewest, most);
        return IntStream.range(0, count).mapToObj(i -> text(i, lengths[i])).toList();
    }

    static int[] lengths(int count, int fewest, int most) {
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
