package norma.embeddings.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import norma.embeddings.huggingface.BertFamily;
import norma.embeddings.huggingface.NetworkConfig;
import norma.embeddings.huggingface.Weights;
import norma.kernel.Activation;
import norma.kernel.Matrix;
import norma.model.BertConfig;
import norma.tensor.Shape;

/// A BERT encoder in an ONNX file, as PyTorch's exporters write it: what Hugging Face's `model.onnx` are, and the files in
/// langchain4j's model jars.
///
/// In such a file the weights of linear layers are anonymous (`onnx::MatMul_787`) and transposed, and epsilon, activation and the
/// number of heads are not named. So the graph is walked from its result back to the token ids, along the nodes that have weights:
/// norms, linear layers, tables. Each must be the one that BERT has there. What is between them, attention with its mask, the
/// activation and the positions, is in other nodes in each exporter and each of its versions; it is computed on numbers and must give
/// what BERT gives ([OnnxChecks]). Any other graph is refused.
public final class OnnxBert {
    private static final String TYPES = "embeddings.token_type_embeddings.weight";

    /// y = gamma xhat + beta, where xhat is x normalized.
    private record Normed(String x, OnnxTensor gamma, OnnxTensor beta) {
    }

    private final OnnxGraph graph;
    private final OnnxChecks checks;
    private final OnnxWeights weights = new OnnxWeights();
    private OnnxWeights section = new OnnxWeights();
    private final List<OnnxWeights> layers = new ArrayList<>();
    private final BertConfig config;
    private float eps = Float.NaN;

    private OnnxBert(OnnxGraph graph) throws IOException {
        this.graph = graph;
        this.checks = new OnnxChecks(graph);
        Normed y = layerNorm(graph.output("last_hidden_state", "token_embeddings"));
        while (!isEmbeddings(y.x)) {
            keep("output.LayerNorm", y);
            y = layerNorm(layer(y.x));
            layers.addFirst(section);
            section = new OnnxWeights();
            if (layers.size() > graph.size()) {
                throw graph.incompatibility("it goes round in a circle at " + y.x);
            }
        }
        keep("LayerNorm", y);
        int firstPosition = embeddings(y.x);
        weights.add("embeddings.", section);
        for (int i = 0; i < layers.size(); i++) {
            weights.add("encoder.layer." + i + ".", layers.get(i));
        }
        config = config(firstPosition);
    }

    /// Reads a file.
    ///
    /// @param file for messages
    /// @param size of the stream in bytes
    /// @param folder where files with its weights may stand, if there is one
    /// @throws norma.io.CorruptFileException if it is no ONNX file, or its graph is not BERT's
    public static OnnxBert read(Path file, InputStream stream, long size, Optional<Path> folder) throws IOException {
        return new OnnxBert(new OnnxGraph(OnnxFile.read(file, stream, size, folder)));
    }

    /// The configuration of the network.
    public BertConfig config() {
        return config;
    }

    /// The weights by the names that Hugging Face's files of BERT have for them.
    OnnxWeights found() {
        return weights;
    }

    /// The weights.
    public Weights weights() {
        return new Weights() {
            @Override
            public float[] take(String name, Shape shape) {
                return weights.take(BertFamily.NAMES.place(name).name(), shape);
            }

            @Override
            public Matrix linear(String name, int out, int in) {
                return weights.linear(BertFamily.NAMES.place(name).name(), out, in);
            }
        };
    }

    private BertConfig config(int firstPosition) throws IOException {
        if (layers.isEmpty()) {
            throw graph.incompatibility("it has no layer");
        }
        int dim = weights.axis("embeddings.word_embeddings.weight", 1);
        int positions = weights.axis("embeddings.position_embeddings.weight", 0);
        checks.run(weights.isHalf("embeddings.word_embeddings.weight"), positions - firstPosition);
        try {
            return new BertConfig(weights.axis("embeddings.word_embeddings.weight", 0), positions, firstPosition,
                    weights.has(TYPES) ? weights.axis(TYPES, 0) : 0,
                    NetworkConfig.postNorm(dim, checks.heads(), layers.size(),
                            layers.getFirst().axis("intermediate.dense.bias", 0), checks.activation(), eps));
        } catch (IllegalArgumentException e) {
            throw graph.incompatibility(e.getMessage());
        }
    }

    // ---- One layer: y = N(a + mlp(a)), a = N(x + attention(x)) ----

    /// From the sum in front of a layer's last norm back to x.
    private String layer(String sum) throws IOException {
        NodeProto add = graph.made(sum, "Add", 2);
        int mlp = isLinear(add.getInput(0)) ? 0 : 1;
        String a = add.getInput(1 - mlp);
        String hidden = linear(add.getInput(mlp), "output.dense");
        String up = only(linears(hidden), hidden);
        requireSame(add, a, linear(up, "intermediate.dense"));
        checks.activation(hidden, up);
        Normed normed = layerNorm(a);
        keep("attention.output.LayerNorm", normed);
        NodeProto attended = graph.made(normed.x, "Add", 2);
        int attention = isLinear(attended.getInput(0)) ? 0 : 1;
        String x = attended.getInput(1 - attention);
        requireSame(attended, x, attention(linear(attended.getInput(attention), "attention.output.dense")));
        return x;
    }

    private void requireSame(NodeProto node, String skip, String input) throws IOException {
        graph.require(graph.source(skip).equals(graph.source(input)), node,
                "must be a residual sum, of f(x) and x; it adds %s to f(%s)".formatted(skip, input));
    }

    /// The linear layers that a value is computed from.
    private Set<String> linears(String value) throws IOException {
        var linears = new LinkedHashSet<String>();
        for (String each : before(value)) {
            if (isLinear(each)) {
                linears.add(each);
            }
        }
        return linears;
    }

    /// What a value is computed from, back to linear layers; no number comes through a shape.
    private Set<String> before(String value) throws IOException {
        var seen = new LinkedHashSet<String>();
        var open = new ArrayList<>(List.of(value));
        while (!open.isEmpty()) {
            String next = graph.source(open.removeLast());
            if (!graph.isConstant(next) && graph.isMade(next) && seen.add(next) && !isLinear(next)
                    && !graph.isMadeBy(next, "Shape")) {
                open.addAll(graph.maker(next).getInputList());
            }
        }
        return seen;
    }

    private String only(Set<String> values, String of) throws IOException {
        if (values.size() != 1) {
            throw graph.incompatibility("%s must be computed from one linear layer; it is from %s".formatted(of,
                    values));
        }
        return values.iterator().next();
    }

    /// Whether a value is W x + b.
    private boolean isLinear(String value) throws IOException {
        if (graph.isMadeBy(value, "Gemm")) {
            return true;
        }
        if (!graph.isMadeBy(value, "Add")) {
            return false;
        }
        NodeProto add = graph.made(value, "Add", 2);
        return graph.isConstant(add.getInput(0)) != graph.isConstant(add.getInput(1))
                && graph.isMadeBy(graph.computed(add), "MatMul");
    }

    /// value = W x + b: keeps W and b, returns x.
    private String linear(String value, String name) throws IOException {
        NodeProto add = graph.made(value, "Add", "Gemm");
        boolean gemm = add.getOpType().equals("Gemm");
        String product = gemm ? value : graph.computed(add);
        NodeProto matmul = gemm ? gemm(add) : graph.made(product, "MatMul", 2);
        boolean turned = graph.isMadeBy(matmul.getInput(1), "Transpose");
        OnnxTensor w = graph.weight(turned ? turned(matmul.getInput(1)) : matmul.getInput(1), 2);
        boolean outFirst = turned ^ (gemm && graph.whole(matmul, "transB", 0) == 1);
        OnnxTensor b = graph.weight(gemm ? add.getInput(2) : OnnxGraph.other(add, product), 1);
        graph.require(b.isShaped(w.shape()[outFirst ? 0 : 1]), add,
                "must have a bias for each of %s's outputs; got %s".formatted(w, b));
        section.add(name + ".weight", w, !outFirst);
        section.add(name + ".bias", b, false);
        checks.given(graph.source(value), (int) b.shape()[0]);
        return matmul.getInput(0);
    }

    private NodeProto gemm(NodeProto gemm) throws IOException {
        graph.require(gemm.getInputCount() == 3 && graph.whole(gemm, "transA", 0) == 0
                && graph.number(gemm, "alpha", 1) == 1 && graph.number(gemm, "beta", 1) == 1, gemm,
                "must be x W + b");
        return gemm;
    }

    private String turned(String weight) throws IOException {
        NodeProto transpose = graph.made(weight, "Transpose", 1);
        long[] order = graph.wholes(transpose, "perm");
        graph.require(order.length == 0 || order.length == 2 && order[0] == 1 && order[1] == 0, transpose,
                "must exchange two axes");
        return transpose.getInput(0);
    }

    private void keep(String name, Normed y) {
        section.add(name + ".weight", y.gamma, false);
        section.add(name + ".bias", y.beta, false);
    }

    /// value = gamma (x - mean) / sqrt(var + eps) + beta, in one node or in several
    private Normed layerNorm(String value) throws IOException {
        Normed normed = normed(value);
        checks.given(graph.source(value), (int) normed.gamma.shape()[0]);
        return normed;
    }

    private Normed normed(String value) throws IOException {
        if (graph.isMadeBy(value, "LayerNormalization")) {
            NodeProto norm = graph.made(value, "LayerNormalization", 3);
            requireLastAxis(norm, graph.whole(norm, "axis", -1));
            eps = agreed(norm, "epsilon", eps, graph.number(norm, "epsilon", 1e-5f));
            return new Normed(norm.getInput(0), graph.weight(norm.getInput(1), 1), graph.weight(norm.getInput(2), 1));
        }
        NodeProto shift = graph.made(value, "Add", 2);
        String scaled = graph.computed(shift);
        NodeProto scale = graph.made(scaled, "Mul", 2);
        String xhat = graph.computed(scale);
        NodeProto divide = graph.made(xhat, "Div", 2);
        NodeProto centered = graph.made(divide.getInput(0), "Sub", 2);
        NodeProto root = graph.made(divide.getInput(1), "Sqrt", 1);
        NodeProto variance = graph.made(root.getInput(0), "Add", 2);
        requireSquare(mean(graph.computed(variance)), centered);
        graph.require(graph.source(mean(centered.getInput(1))).equals(graph.source(centered.getInput(0))), centered,
                "must take x's mean from x");
        eps = agreed(variance, "epsilon", eps,
                graph.constant(OnnxGraph.other(variance, graph.computed(variance))).scalar());
        return new Normed(centered.getInput(0), graph.weight(OnnxGraph.other(scale, xhat), 1),
                graph.weight(OnnxGraph.other(shift, scaled), 1));
    }

    private void requireSquare(String value, NodeProto centered) throws IOException {
        NodeProto square = graph.made(value, "Pow", "Mul");
        boolean squares = square.getOpType().equals("Mul")
                ? graph.source(square.getInput(0)).equals(graph.source(square.getInput(1)))
                : graph.constant(square.getInput(1)).scalar() == 2;
        graph.require(squares && graph.source(square.getInput(0)).equals(centered.getOutput(0)), square,
                "must square what is normalized");
    }

    /// What a value is the mean of, over the last axis.
    private String mean(String value) throws IOException {
        NodeProto mean = graph.made(value, "ReduceMean");
        long[] axes = mean.getInputCount() == 2 ? graph.constant(mean.getInput(1)).longs() : graph.wholes(mean, "axes");
        graph.require(axes != null && axes.length == 1 && graph.whole(mean, "keepdims", 1) == 1, mean,
                "must have one axis and keep it");
        requireLastAxis(mean, axes[0]);
        return mean.getInput(0);
    }

    private void requireLastAxis(NodeProto node, long axis) throws IOException {
        graph.require(axis == -1 || axis == 2, node, "must go over the last axis; it does over " + axis);
    }

    /// A number that must be the same in all layers.
    private float agreed(NodeProto node, String what, float before, float now) throws IOException {
        graph.require(now > 0 && (Float.isNaN(before) || before == now), node,
                "must have the same positive %s everywhere; got %s after %s".formatted(what, now, before));
        return now;
    }

    // ---- Attention: softmax(q k^T / sqrt(d) + mask) v, heads side by side ----

    /// From the heads' results back to x.
    private String attention(String value) throws IOException {
        List<String> softmaxes = new ArrayList<>();
        for (String each : before(value)) {
            if (graph.isMadeBy(each, "Softmax")) {
                softmaxes.add(each);
            }
        }
        if (softmaxes.size() != 1) {
            throw graph.incompatibility("%s must be computed by one Softmax; it is by %s".formatted(value, softmaxes));
        }
        NodeProto scores = scores(softmaxes.getFirst());
        Set<String> values = linears(value);
        values.removeAll(linears(scores.getOutput(0)));
        String q = only(linears(scores.getInput(0)), scores.getInput(0));
        String k = only(linears(scores.getInput(1)), scores.getInput(1));
        String v = only(values, value);
        checks.attention(value, softmaxes.getFirst(), q, k, v);
        String x = linear(q, "attention.self.query");
        graph.require(graph.source(x).equals(graph.source(linear(k, "attention.self.key")))
                && graph.source(x).equals(graph.source(linear(v, "attention.self.value"))), graph.maker(v),
                "must take queries, keys and values from the same stream");
        return x;
    }

    /// The product of queries and keys.
    private NodeProto scores(String softmax) throws IOException {
        NodeProto node = graph.maker(softmax);
        for (int i = 0; i <= graph.size(); i++) {
            List<String> inputs = new ArrayList<>();
            for (String input : node.getInputList()) {
                if (!linears(input).isEmpty()) {
                    inputs.add(input);
                }
            }
            if (inputs.size() != 1) {
                return graph.made(node.getOutput(0), "MatMul", 2);
            }
            node = graph.maker(graph.source(inputs.getFirst()));
        }
        throw graph.incompatibility("it goes round in a circle at " + softmax);
    }

    // ---- Embeddings: words[ids] + types[type ids] + positions[0 .. T) ----

    private boolean isEmbeddings(String sum) throws IOException {
        NodeProto add = graph.made(sum, "Add", 2);
        return summands(sum).size() > 1 && !isLinear(add.getInput(0)) && !isLinear(add.getInput(1))
                && graph.isMadeBy(summands(sum).getFirst(), "Gather");
    }

    /// What is added up.
    private List<String> summands(String sum) throws IOException {
        List<String> summands = new ArrayList<>();
        var open = new ArrayList<>(List.of(sum));
        while (!open.isEmpty() && summands.size() < 4) {
            String next = open.removeFirst();
            if (graph.isMadeBy(next, "Add")) {
                open.addAll(graph.made(next, "Add", 2).getInputList());
            } else {
                summands.add(next);
            }
        }
        return summands;
    }

    /// Keeps the tables, returns the row of the first position.
    private int embeddings(String sum) throws IOException {
        for (String summand : summands(sum)) {
            checks.given(graph.source(summand), (int) graph.weight(graph.made(summand, "Gather", 2).getInput(0), 2)
                    .shape()[1]);
        }
        int firstPosition = -1;
        for (String summand : summands(sum)) {
            NodeProto gather = graph.made(summand, "Gather", 2);
            graph.require(graph.whole(gather, "axis", 0) == 0, gather, "must take rows");
            OnnxTensor table = graph.weight(gather.getInput(0), 2);
            OnnxChecks.Rows rows = checks.rows(gather);
            String name = switch (rows) {
                case OnnxChecks.Rows.Words _ -> "word_embeddings.weight";
                case OnnxChecks.Rows.Types _ -> "token_type_embeddings.weight";
                case OnnxChecks.Rows.Positions _ -> "position_embeddings.weight";
            };
            graph.require(!section.has(name), gather, "must be the only table of its kind");
            section.add(name, rows instanceof OnnxChecks.Rows.Types(boolean given) && !given ? table.rows(1) : table,
                    false);
            if (rows instanceof OnnxChecks.Rows.Positions(int first)) {
                firstPosition = first;
                int rowsLeft = (int) table.shape()[0] - first;
                graph.require(rowsLeft > 0, gather, "must have a table with more rows than " + first);
                checks.requirePositions(gather, first, rowsLeft);
            }
        }
        if (firstPosition < 0 || !section.has("word_embeddings.weight")) {
            throw graph
                    .incompatibility(sum + " must be a sum of embeddings of tokens, of positions and maybe of types");
        }
        return firstPosition;
    }
}
