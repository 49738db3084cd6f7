package norma.embeddings;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// What tells an encoder from others, to be kept beside its vectors: vectors of different encoders can't be compared.
///
/// It is what the encoder does, not where its files are: the options, and how the vectors of one text begin, with the prompts of
/// texts, queries and passages. So a model is the same in another folder or format, and another one after it was tuned in place.
///
/// @param facts texts by name, for a file: [#MODEL], the options, and [#VECTORS]
public record EncoderIdentity(Map<String, String> facts) {
    /// What the model is called. Only messages use it.
    public static final String MODEL = "model";

    /// The fact that holds how the vectors of a text begin.
    public static final String VECTORS = "vectors";

    /// Letters of two cases, an accent, digits, signs and another script: tokenizers differ in what they do with them.
    private static final String TEXT = "The quick brown fox, No. 42, meets na\u00efve Caf\u00e9-goers in \u6771\u4eac!";

    /// Elements of each vector that are kept.
    private static final int SHOWN = 8;

    /// Devices, and vectors of other widths, round otherwise by less than this share of the largest element.
    private static final double ROUNDING = 1e-3;

    /// Copies the facts, in their order.
    public EncoderIdentity {
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    }

    /// That of an encoder.
    ///
    /// @param model what it is called: a folder's name, for example
    public static EncoderIdentity of(String model, SentenceEncoder encoder) {
        Options options = encoder.options();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(MODEL, model);
        facts.put("dimensions", Integer.toString(encoder.dimensions()));
        facts.put("maxTokens", Integer.toString(options.maxTokens()));
        facts.put("pooling", options.pooling().toString());
        facts.put("unit", Boolean.toString(options.unit()));
        facts.put("queryPrefix", options.queryPrefix().orElseThrow());
        facts.put("passagePrefix", options.passagePrefix().orElseThrow());
        facts.put(VECTORS, beginning(encoder.encode(TEXT)) + " " + beginning(encoder.encodeQuery(TEXT)) + " "
                + beginning(encoder.encodePassages(List.of(TEXT))[0]));
        return new EncoderIdentity(facts);
    }

    private static String beginning(float[] vector) {
        return IntStream.range(0, Math.min(SHOWN, vector.length)).mapToObj(i -> Float.toString(vector[i]))
                .collect(Collectors.joining(" "));
    }

    /// What the model is called.
    public String model() {
        return facts.getOrDefault(MODEL, "a model without a name");
    }

    /// In what another encoder differs from this one, both named; empty if its vectors are those of this one.
    public Optional<String> difference(EncoderIdentity other) {
        return facts.keySet().stream().filter(name -> !name.equals(MODEL) && !agree(name, other)).findFirst()
                .map(name -> "made with %s; this is %s, and %s".formatted(model(), other.model(), name.equals(VECTORS)
                        ? "gives a text another vector"
                        : "its %s is %s instead of %s".formatted(name, other.facts.get(name), facts.get(name))));
    }

    private boolean agree(String name, EncoderIdentity other) {
        String here = facts.get(name), there = other.facts.getOrDefault(name, "nothing");
        return here.equals(there) || name.equals(VECTORS) && near(here.split(" "), there.split(" "));
    }

    private static boolean near(String[] here, String[] there) {
        try {
            double[] x = IntStream.range(0, here.length).mapToDouble(i -> Double.parseDouble(here[i])).toArray();
            double[] y = IntStream.range(0, there.length).mapToDouble(i -> Double.parseDouble(there[i])).toArray();
            double largest = IntStream.range(0, x.length).mapToDouble(i -> Math.abs(x[i])).max().orElse(0);
            return x.length == y.length
                    && IntStream.range(0, x.length).allMatch(i -> Math.abs(x[i] - y[i]) <= ROUNDING * largest);
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
