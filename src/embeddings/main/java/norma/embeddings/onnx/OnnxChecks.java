package norma.embeddings.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import norma.kernel.Activation;
import norma.kernel.contract.Functions;

/// What the parts of a graph compute that have no weights, found by computing them on numbers: attention, activation, positions.
///
/// Texts are without padding, as Norma reads them.
final class OnnxChecks {
    private static final Activation[] ACTIVATIONS =
            {Activation.GELU_ERF, Activation.GELU_TANH, Activation.RELU, Activation.SILU};

    /// Lengths of texts: one, few, and enough tokens for a mask to show.
    private static final int[] LENGTHS = {1, 3, 40};

    /// Far behind the ids of padding, which some graphs leave out when they count positions.
    private static final int FIRST_ID = 1_000_000;

    /// The rows of a table that are taken.
    sealed interface Rows {
        /// Those of the tokens.
        record Words() implements Rows {
        }

        /// Those of the tokens' types.
        ///
        /// @param given whether somebody gives the types; else all are 0
        record Types(boolean given) implements Rows {
        }

        /// One behind the other.
        record Positions(int first) implements Rows {
        }
    }

    /// One layer's attention.
    private record Attention(String value, String softmax, String q, String k, String v) {
    }

    private final OnnxGraph graph;
    private final Map<String, Integer> widths = new HashMap<>();
    private final List<Attention> attentions = new ArrayList<>();
    private final Map<String, String> activated = new LinkedHashMap<>();
    private Activation activation;
    private int heads;

    OnnxChecks(OnnxGraph graph) {
        this.graph = graph;
    }

    /// Where the graph is cut: a value of so many features.
    void given(String value, int width) {
        widths.put(value, width);
    }

    /// That a value must be f of another one.
    void activation(String value, String of) {
        activated.put(value, of);
    }

    /// That a value must be the attention of others, which are softmax's.
    void attention(String value, String softmax, String q, String k, String v) {
        attentions.add(new Attention(value, softmax, q, k, v));
    }

    /// The activation that all layers have.
    Activation activation() {
        return activation;
    }

    /// How many heads all layers have.
    int heads() {
        return heads;
    }

    /// Computes what was noted.
    ///
    /// @param half whether constants are rounded to 16 bits
    /// @param most tokens that a text may have
    void run(boolean half, int most) throws IOException {
        for (var each : activated.entrySet()) {
            requireActivation(each.getKey(), each.getValue(), half ? 2e-4 : 1e-5);
        }
        for (Attention each : attentions) {
            for (int tokens : LENGTHS) {
                requireAttention(each, Math.min(tokens, most), half ? 2e-3 : 1e-5);
            }
        }
    }

    private Map<String, OnnxArray> inputs(int tokens) {
        var inputs = new HashMap<String, OnnxArray>();
        int[] shape = {1, tokens};
        inputs.put("input_ids", OnnxArray.of(shape, true, OnnxChecks::id));
        inputs.put("token_type_ids", OnnxArray.of(shape, true, OnnxChecks::type));
        inputs.put("attention_mask", OnnxArray.of(shape, true, _ -> 1));
        widths.forEach((name, width) -> inputs.put(name, OnnxArray.empty(new int[] {1, tokens, width}, false)));
        return inputs;
    }

    private static int id(int i) {
        return FIRST_ID + i * i % 97;
    }

    private static int type(int i) {
        return i % 3 / 2;
    }

    // ---- Embeddings ----

    /// Which rows a node takes.
    Rows rows(NodeProto gather) throws IOException {
        int tokens = 6;
        double[] rows = rows(gather, tokens);
        int first = (int) rows[0];
        Rows found = Arrays.equals(rows, numbers(tokens, OnnxChecks::id)) ? new Rows.Words()
                : Arrays.equals(rows, numbers(tokens, OnnxChecks::type)) ? new Rows.Types(true)
                        : Arrays.equals(rows, new double[tokens]) ? new Rows.Types(false) : new Rows.Positions(first);
        graph.require(!(found instanceof Rows.Positions)
                || first >= 0 && Arrays.equals(rows, numbers(tokens, i -> first + i)), gather,
                "must take the rows of tokens, of their types, or of positions that count up by one; it takes "
                        + Arrays.toString(rows));
        return found;
    }

    /// That positions count up by one, as far as the table goes.
    void requirePositions(NodeProto gather, int first, int most) throws IOException {
        graph.require(Arrays.equals(rows(gather, most), numbers(most, i -> first + i)), gather,
                "must take positions that count up by one to " + (first + most - 1));
    }

    private double[] rows(NodeProto gather, int tokens) throws IOException {
        OnnxArray rows = new OnnxEvaluator(graph, inputs(tokens)).value(gather.getInput(1));
        graph.require(rows.values().length == tokens && rows.shape()[rows.rank() - 1] == tokens, gather,
                "must take a row for each token");
        return rows.values();
    }

    private static double[] numbers(int count, IntUnaryOperator number) {
        return OnnxArray.of(new int[] {count}, true, number).values();
    }

    // ---- Feed-forward layer ----

    private void requireActivation(String value, String of, double tolerance) throws IOException {
        int width = 4, count = 640;
        Map<String, OnnxArray> inputs = inputs(1);
        OnnxArray x = OnnxArray.empty(new int[] {1, count / width, width}, false);
        Arrays.setAll(x.values(), i -> (i - count / 2) / 32.0);
        inputs.put(of, x);
        OnnxArray y = new OnnxEvaluator(graph, inputs).value(value);
        Activation best = null;
        double least = tolerance;
        for (Activation f : ACTIVATIONS) {
            double[] expected = x.map(false, a -> Functions.value(f, a)).values();
            double difference = difference(expected, y.values());
            if (difference < least) {
                best = f;
                least = difference;
            }
        }
        if (best == null || activation != null && activation != best) {
            throw graph.incompatibility("%s must be %s of %s; it is %s".formatted(value,
                    activation == null ? Arrays.toString(ACTIVATIONS) : activation, of,
                    best == null ? "none of them" : best));
        }
        activation = best;
    }

    /// The largest one; NaN, or numbers of another count, are far away.
    private static double difference(double[] expected, double[] found) {
        double largest = expected.length == found.length ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < expected.length && largest < Double.POSITIVE_INFINITY; i++) {
            double difference = Math.abs(expected[i] - found[i]);
            largest =
                    difference <= largest ? largest : Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
        }
        return largest;
    }

    // ---- Attention ----

    private void requireAttention(Attention a, int tokens, double tolerance) throws IOException {
        int width = widths.get(a.q);
        if (widths.get(a.k) != width || widths.get(a.v) != width) {
            throw graph.incompatibility("queries, keys and values of %s must have the same size".formatted(a.value));
        }
        var random = new SplittableRandom(tokens);
        Map<String, OnnxArray> inputs = inputs(tokens);
        for (String name : List.of(a.q, a.k, a.v)) {
            OnnxArray x = inputs.get(name);
            Arrays.setAll(x.values(), _ -> random.nextGaussian());
        }
        var evaluator = new OnnxEvaluator(graph, inputs);
        int found = evaluator.value(a.softmax).values().length / (tokens * tokens);
        if (found == 0 || width % found != 0 || heads != 0 && heads != found) {
            throw graph.incompatibility("%s must have as many heads in all layers, which divide %d; it has %d after %d"
                    .formatted(a.value, width, found, heads));
        }
        heads = found;
        double[] y = evaluator.value(a.value).values();
        double difference = difference(expected(inputs.get(a.q).values(), inputs.get(a.k).values(),
                inputs.get(a.v).values(), tokens, width), y);
        if (!(difference < tolerance)) {
            throw graph.incompatibility(
                    "%s must be the attention of %d heads, softmax(q k^T / sqrt(%d)) v, over all of a text of %d tokens; it differs by %s"
                            .formatted(a.value, heads, width / heads, tokens, difference));
        }
    }

    /// softmax(q k^T / sqrt(d)) v, heads side by side
    private double[] expected(double[] q, double[] k, double[] v, int tokens, int width) {
        int d = width / heads;
        double[] y = new double[tokens * width];
        double[] weights = new double[tokens];
        for (int head = 0; head < width; head += d) {
            for (int t = 0; t < tokens; t++) {
                double sum = 0;
                for (int s = 0; s < tokens; s++) {
                    double dot = 0;
                    for (int i = head; i < head + d; i++) {
                        dot += q[t * width + i] * k[s * width + i];
                    }
                    weights[s] = Math.exp(dot / Math.sqrt(d));
                    sum += weights[s];
                }
                for (int s = 0; s < tokens; s++) {
                    for (int i = head; i < head + d; i++) {
                        y[t * width + i] += weights[s] / sum * v[s * width + i];
                    }
                }
            }
        }
        return y;
    }
}
