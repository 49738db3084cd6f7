package norma.embeddings.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import norma.embeddings.huggingface.BertVariant;
import norma.embeddings.huggingface.Weights;
import norma.kernel.Activation;
import norma.model.BertConfig;

/// A BERT encoder in an ONNX file, as PyTorch's exporter writes it: what Hugging Face's `model.onnx` are, and the files in
/// langchain4j's model jars.
///
/// In such a file the weights of linear layers are anonymous (`onnx::MatMul_787`) and transposed, layer norm and GELU are split into
/// elementary operators, and epsilon, activation and the number of heads are not named. So the graph is walked from its result back
/// to the token ids, and every node on the way must be the one that BERT has there. This gives the configuration and the weights by
/// the names they have in Hugging Face's files; a graph with any other node is refused with the node's name.
public final class OnnxBert {
    private static final String TYPES = "embeddings.token_type_embeddings.weight";

    /// y = gamma xhat + beta, where xhat is x normalized.
    private record Normed(String x, OnnxTensor gamma, OnnxTensor beta) {
    }

    private final OnnxGraph graph;
    private final OnnxWeights weights = new OnnxWeights();
    private OnnxWeights section = new OnnxWeights();
    private final List<OnnxWeights> layers = new ArrayList<>();
    private final BertConfig config;
    private Activation activation;
    private float eps = Float.NaN;
    private float headSize = Float.NaN;
    private String mask;

    private OnnxBert(OnnxGraph graph) throws IOException {
        this.graph = graph;
        Normed y = layerNorm(graph.output("last_hidden_state"));
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
    /// @throws norma.io.CorruptFileException if it is no ONNX file, or its graph is not BERT's
    public static OnnxBert read(Path file, InputStream stream, long size) throws IOException {
        return new OnnxBert(new OnnxGraph(OnnxFile.read(file, stream, size)));
    }

    /// The configuration of the network.
    public BertConfig config() {
        return config;
    }

    /// The weights by the names they have in Hugging Face's files.
    public Weights weights() {
        return weights;
    }

    private BertConfig config(int firstPosition) throws IOException {
        if (layers.isEmpty()) {
            throw graph.incompatibility("it has no layer");
        }
        int dim = weights.axis("embeddings.word_embeddings.weight", 1);
        int heads = dim / (int) headSize;
        if (heads * (int) headSize != dim) {
            throw graph.incompatibility("%d features must be a multiple of the head size %s".formatted(dim, headSize));
        }
        try {
            return new BertConfig(weights.axis("embeddings.word_embeddings.weight", 0),
                    weights.axis("embeddings.position_embeddings.weight", 0), firstPosition,
                    weights.has(TYPES) ? weights.axis(TYPES, 0) : 0, BertVariant.transformer(dim, heads, layers.size(),
                            layers.getFirst().axis("intermediate.dense.bias", 0), activation, eps));
        } catch (IllegalArgumentException e) {
            throw graph.incompatibility(e.getMessage());
        }
    }

    // ---- One layer: y = N(a + mlp(a)), a = N(x + attention(x)) ----

    /// From the sum in front of a layer's last norm back to x.
    private String layer(String sum) throws IOException {
        NodeProto add = graph.made(sum, "Add");
        int mlp = isLinear(add.getInput(0)) ? 0 : 1;
        String a = add.getInput(1 - mlp);
        String hidden = linear(add.getInput(mlp), "output.dense");
        String up = activated(hidden);
        requireSame(add, a, linear(up, "intermediate.dense"));
        Normed normed = layerNorm(a);
        keep("attention.output.LayerNorm", normed);
        NodeProto attended = graph.made(normed.x, "Add");
        int attention = isLinear(attended.getInput(0)) ? 0 : 1;
        String x = attended.getInput(1 - attention);
        requireSame(attended, x, attention(linear(attended.getInput(attention), "attention.output.dense")));
        return x;
    }

    private void requireSame(NodeProto node, String skip, String input) throws IOException {
        graph.require(skip.equals(input), node,
                "must be a residual sum, of f(x) and x; it adds %s to f(%s)".formatted(skip, input));
    }

    /// Whether a value is W x + b.
    private boolean isLinear(String value) throws IOException {
        if (!graph.isMadeBy(value, "Add")) {
            return false;
        }
        NodeProto add = graph.made(value, "Add");
        return graph.isConstant(add.getInput(0)) != graph.isConstant(add.getInput(1))
                && graph.isMadeBy(graph.computed(add), "MatMul");
    }

    /// value = W x + b: keeps W and b, returns x.
    private String linear(String value, String name) throws IOException {
        NodeProto add = graph.made(value, "Add");
        String product = graph.computed(add);
        NodeProto matmul = graph.made(product, "MatMul");
        OnnxTensor w = graph.weight(matmul.getInput(1), 2);
        OnnxTensor b = graph.weight(OnnxGraph.other(add, product), 1);
        graph.require(b.isShaped(w.shape()[1]), add,
                "must have a bias for each of %s's columns; got %s".formatted(w, b));
        section.add(name + ".weight", w, true);
        section.add(name + ".bias", b, false);
        return matmul.getInput(0);
    }

    private void keep(String name, Normed y) {
        section.add(name + ".weight", y.gamma, false);
        section.add(name + ".bias", y.beta, false);
    }

    /// value = gamma (x - mean) / sqrt(var + eps) + beta
    private Normed layerNorm(String value) throws IOException {
        NodeProto shift = graph.made(value, "Add");
        String scaled = graph.computed(shift);
        NodeProto scale = graph.made(scaled, "Mul");
        String xhat = graph.computed(scale);
        NodeProto divide = graph.made(xhat, "Div");
        NodeProto centered = graph.made(divide.getInput(0), "Sub");
        NodeProto root = graph.made(divide.getInput(1), "Sqrt");
        NodeProto variance = graph.made(root.getInput(0), "Add");
        NodeProto mean = mean(graph.computed(variance));
        NodeProto square = graph.made(mean.getInput(0), "Pow");
        graph.require(graph.beside(square, 2).equals(divide.getInput(0)), square, "must square what is normalized");
        graph.require(mean(centered.getInput(1)).getInput(0).equals(centered.getInput(0)), centered,
                "must take x's mean from x");
        eps = agreed(variance, "epsilon", eps, graph.constant(OnnxGraph.other(variance, mean.getOutput(0))).scalar());
        return new Normed(centered.getInput(0), graph.weight(OnnxGraph.other(scale, xhat), 1),
                graph.weight(OnnxGraph.other(shift, scaled), 1));
    }

    private NodeProto mean(String value) throws IOException {
        NodeProto mean = graph.made(value, "ReduceMean");
        graph.requireInts(mean, "axes", -1);
        return mean;
    }

    /// A number that must be the same in all layers.
    private float agreed(NodeProto node, String what, float before, float now) throws IOException {
        graph.require(now > 0 && (Float.isNaN(before) || before == now), node,
                "must have the same positive %s everywhere; got %s after %s".formatted(what, now, before));
        return now;
    }

    /// value = f(x), f = x (1 + erf(x / sqrt 2)) / 2 or ReLU: returns x.
    private String activated(String value) throws IOException {
        NodeProto node = graph.made(value, "Mul", "Relu");
        Activation f = node.getOpType().equals("Relu") ? Activation.RELU : Activation.GELU_ERF;
        graph.require(activation == null || activation == f, node, "must be the same activation in all layers");
        activation = f;
        return f == Activation.RELU ? node.getInput(0) : gelu(node);
    }

    private String gelu(NodeProto half) throws IOException {
        NodeProto product = graph.made(graph.beside(half, 0.5f), "Mul");
        String x = product.getInput(0);
        NodeProto plusOne = graph.made(product.getInput(1), "Add");
        NodeProto erf = graph.made(graph.beside(plusOne, 1), "Erf");
        NodeProto scaled = graph.made(erf.getInput(0), "Div");
        graph.require(graph.beside(scaled, (float) Math.sqrt(2)).equals(x), scaled,
                "must be erf of what GELU multiplies");
        return x;
    }

    // ---- Attention: softmax(q k^T / sqrt(d) + mask) v, heads side by side ----

    /// From the heads' results back to x.
    private String attention(String value) throws IOException {
        NodeProto joined = graph.made(value, "Reshape");
        NodeProto sum = graph.made(transposed(joined.getInput(0), 0, 2, 1, 3), "MatMul");
        NodeProto softmax = graph.made(sum.getInput(0), "Softmax");
        graph.requireInts(softmax, "axis", 3);
        NodeProto masked = graph.made(softmax.getInput(0), "Add");
        requireMask(masked);
        NodeProto scaled = graph.made(masked.getInput(0), "Div");
        float root = graph.number(scaled, 1);
        headSize = agreed(scaled, "head size", headSize, Math.round(root * root));
        graph.require(Math.abs(root - Math.sqrt(headSize)) < 1e-5, scaled, "must divide by the root of the head size");
        NodeProto scores = graph.made(scaled.getInput(0), "MatMul");
        String q = linear(head(transposed(scores.getInput(0), 0, 2, 1, 3)), "attention.self.query");
        String k = linear(head(transposed(scores.getInput(1), 0, 2, 3, 1)), "attention.self.key");
        String v = linear(head(transposed(sum.getInput(1), 0, 2, 1, 3)), "attention.self.value");
        graph.require(q.equals(k) && k.equals(v), sum, "must take queries, keys and values from the same stream");
        return q;
    }

    private String transposed(String value, long... order) throws IOException {
        NodeProto node = graph.made(value, "Transpose");
        graph.requireInts(node, "perm", order);
        return node.getInput(0);
    }

    /// H, if d is what attention's scale says and W_o's rows are H * d.
    private long heads() {
        return section.axis("attention.output.dense.weight", 0) / (long) headSize;
    }

    /// (B, T, H * d) seen as (B, T, H, d): the new shape's last numbers are H and d.
    private String head(String value) throws IOException {
        NodeProto reshape = graph.made(value, "Reshape");
        NodeProto shape = graph.made(reshape.getInput(1), "Concat");
        graph.requireLongs(shape, 2, heads());
        graph.requireLongs(shape, 3, (long) headSize);
        return reshape.getInput(0);
    }

    /// The mask is (1 - attention_mask) * (the lowest float), the same for all layers.
    private void requireMask(NodeProto masked) throws IOException {
        String value = masked.getInput(1);
        if (mask == null) {
            NodeProto product = graph.made(value, "Mul");
            graph.require(graph.number(product, 1) < -1e4, product, "must hide padding behind a large negative number");
            NodeProto difference = graph.made(product.getInput(0), "Sub");
            graph.require(graph.number(difference, 0) == 1, difference, "must be 1 - attention_mask");
            NodeProto cast = graph.made(difference.getInput(1), "Cast");
            NodeProto outer = graph.made(cast.getInput(0), "Unsqueeze");
            NodeProto inner = graph.made(outer.getInput(0), "Unsqueeze");
            graph.require(inner.getInput(0).equals("attention_mask"), inner, "must be made of attention_mask");
            mask = value;
        }
        graph.require(mask.equals(value), masked, "must add the same mask in all layers");
    }

    // ---- Embeddings: words[ids] + types[type ids] + positions[0 .. T) ----

    private boolean isEmbeddings(String sum) throws IOException {
        NodeProto add = graph.made(sum, "Add");
        return graph.isMadeBy(add.getInput(0), "Gather") || graph.isMadeBy(add.getInput(1), "Gather");
    }

    /// Keeps the tables, returns the row of the first position.
    private int embeddings(String sum) throws IOException {
        NodeProto outer = graph.made(sum, "Add");
        NodeProto positions = graph.made(outer.getInput(1), "Gather");
        table(positions, "position_embeddings.weight");
        String tokens = outer.getInput(0);
        if (graph.isMadeBy(tokens, "Add")) {
            NodeProto inner = graph.made(tokens, "Add");
            NodeProto types = graph.made(inner.getInput(1), "Gather");
            graph.require(types.getInput(1).equals("token_type_ids"), types, "must take rows of token_type_ids");
            table(types, "token_type_embeddings.weight");
            tokens = inner.getInput(0);
        }
        NodeProto words = graph.made(tokens, "Gather");
        graph.require(words.getInput(1).equals("input_ids"), words, "must take rows of input_ids");
        table(words, "word_embeddings.weight");
        return firstPosition(graph.made(positions.getInput(1), "Slice"));
    }

    private void table(NodeProto gather, String name) throws IOException {
        section.add(name, graph.weight(gather.getInput(0), 2), false);
    }

    /// Positions are the first T of a constant row that counts up by one.
    private int firstPosition(NodeProto slice) throws IOException {
        graph.requireLongs(slice, 1, 0);
        graph.requireLongs(slice, 3, 1);
        graph.requireLongs(slice, 4, 1);
        long[] ids = graph.constant(slice.getInput(0)).longs();
        int rows = section.axis("position_embeddings.weight", 0);
        graph.require(ids != null && ids.length > 0 && ids[0] >= 0 && ids[0] + ids.length <= rows, slice,
                "must cut a constant row of positions below " + rows);
        for (int i = 0; i < ids.length; i++) {
            graph.require(ids[i] == ids[0] + i, slice, "must cut positions that count up by one");
        }
        return (int) ids[0];
    }
}
