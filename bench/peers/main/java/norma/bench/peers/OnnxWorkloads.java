package norma.bench.peers;

import static norma.bench.peers.OnnxGraph.MICROSOFT;
import static norma.bench.peers.OnnxGraph.ONNX;

import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// The workloads that ONNX Runtime can do, each with its fastest operator: forward passes, and no dropout, which does nothing there.
final class OnnxWorkloads {
    private static final float EPS = 1e-5f;

    /// By the name of the workload.
    static final Map<String, Function<String, OnnxGraph>> GRAPHS = Map.ofEntries(
            Map.entry("matmul", OnnxWorkloads::matmul),
            Map.entry("attention_fwd", OnnxWorkloads::attention),
            Map.entry("layer_norm_fwd", OnnxWorkloads::layerNorm),
            Map.entry("residual_layer_norm_fwd", OnnxWorkloads::residualLayerNorm),
            Map.entry("rms_norm_fwd", OnnxWorkloads::rmsNorm),
            Map.entry("softmax_fwd", elementwise(ONNX, "Softmax", Map.of("axis", -1))),
            Map.entry("gelu_erf_fwd", elementwise(MICROSOFT, "Gelu", Map.of())),
            Map.entry("gelu_tanh_fwd", elementwise(MICROSOFT, "FastGelu", Map.of())),
            Map.entry("silu_fwd", elementwise(MICROSOFT, "QuickGelu", Map.of("alpha", 1f))),
            Map.entry("bias_gelu_fwd", OnnxWorkloads::biasGelu),
            Map.entry("conv2d_fwd", OnnxWorkloads::conv2d),
            Map.entry("max_pool_fwd", pool("MaxPool")),
            Map.entry("avg_pool_fwd", pool("AveragePool")),
            Map.entry("encoder_fwd", OnnxWorkloads::encoder));

    private OnnxWorkloads() {
    }

    /// Both factors are given at each run, so that none can be packed before the clock starts.
    private static OnnxGraph matmul(String shape) {
        var graph = new OnnxGraph();
        int[] n = Sizes.of(shape);
        int at = n.length - 3;
        boolean a = shape.endsWith("TN");
        boolean b = shape.endsWith("NT");
        String left = graph.input(batched(n, a ? n[at + 1] : n[at], a ? n[at] : n[at + 1]));
        String right = graph.input(batched(n, b ? n[at + 2] : n[at + 1], b ? n[at + 1] : n[at + 2]));
        String y = graph.node(MICROSOFT, "FusedMatMul", Map.of("transA", a ? 1 : 0, "transB", b ? 1 : 0), left, right);
        return graph.output(y, batched(n, n[at], n[at + 2]));
    }

    private static long[] batched(int[] sizes, long rows, long columns) {
        return sizes.length == 3 ? new long[] {rows, columns} : new long[] {sizes[0], rows, columns};
    }

    private static OnnxGraph attention(String shape) {
        var graph = new OnnxGraph();
        int[] n = Sizes.of(shape);
        long[] size = {n[0], n[2], (long) n[1] * n[3]};
        Map<String, Integer> attributes = Map.of("num_heads", n[1], "unidirectional", shape.endsWith("causal") ? 1 : 0);
        String y = graph.node(MICROSOFT, "MultiHeadAttention", attributes, graph.input(size), graph.input(size),
                graph.input(size));
        return graph.output(y, size);
    }

    private static OnnxGraph layerNorm(String shape) {
        var graph = new OnnxGraph();
        int[] n = Sizes.of(shape);
        String y = graph.node(ONNX, "LayerNormalization", Map.of("axis", -1, "epsilon", EPS), graph.input(n[0], n[1]),
                graph.weight(1, n[1]), graph.weight(1, n[1]));
        return graph.output(y, n[0], n[1]);
    }

    /// The fourth result is the sum.
    private static OnnxGraph residualLayerNorm(String shape) {
        var graph = new OnnxGraph();
        int[] n = Sizes.of(shape);
        List<String> results = graph.node(MICROSOFT, "SkipLayerNormalization", Map.of("epsilon", EPS), 4,
                graph.input(n[0], n[1]), graph.input(n[0], n[1]), graph.weight(1, n[1]), graph.weight(1, n[1]));
        return graph.output(results.getFirst(), n[0], n[1]).output(results.getLast(), n[0], n[1]);
    }

    private static OnnxGraph rmsNorm(String shape) {
        var graph = new OnnxGraph();
        int[] n = Sizes.of(shape);
        String y = graph.node(ONNX, "SimplifiedLayerNormalization", Map.of("axis", -1, "epsilon", EPS),
                graph.input(n[0], n[1]), graph.weight(1, n[1]));
        return graph.output(y, n[0], n[1]);
    }

    private static Function<String, OnnxGraph> elementwise(String domain, String operator, Map<String, ?> attributes) {
        return shape -> {
            var graph = new OnnxGraph();
            int[] n = Sizes.of(shape);
            return graph.output(graph.node(domain, operator, attributes, graph.input(n[0], n[1])), n[0], n[1]);
        };
    }

    private static OnnxGraph biasGelu(String shape) {
        var graph = new OnnxGraph();
        int[] n = Sizes.of(shape);
        String y = graph.node(MICROSOFT, "BiasGelu", Map.of(), graph.input(n[0], n[1]), graph.weight(1, n[1]));
        return graph.output(y, n[0], n[1]);
    }

    private static OnnxGraph conv2d(String shape) {
        var graph = new OnnxGraph();
        var c = Sizes.convolution(shape);
        int p = c.padding();
        String y = graph.node(ONNX, "Conv", Map.of("pads", new int[] {p, p, p, p}, "group", c.groups()),
                graph.input(c.x()), graph.weight(0.05, c.weight()));
        long[] x = c.x();
        long[] w = c.weight();
        return graph.output(y, x[0], w[0], x[2] + 2 * p - w[2] + 1, x[3] + 2 * p - w[3] + 1);
    }

    private static Function<String, OnnxGraph> pool(String operator) {
        return shape -> {
            var graph = new OnnxGraph();
            int[] n = Sizes.of(shape);
            int[] size = {n[4], n[5]};
            String y = graph.node(ONNX, operator, Map.of("kernel_shape", size, "strides", size),
                    graph.input(n[0], n[1], n[2], n[3]));
            return graph.output(y, n[0], n[1], n[2] / n[4], n[3] / n[5]);
        };
    }

    /// As ONNX Runtime's own optimizer for Transformers writes it: 6 layers, D 384, 12 heads, MLP 1536, erf GELU, post-norm. Its
    /// weights are parts of the model and are packed before the clock starts, as in any use of it.
    private static OnnxGraph encoder(String shape) {
        var g = new OnnxGraph();
        int[] n = Sizes.of(shape);
        String tokens = g.node(ONNX, "Gather", Map.of(), g.weight(1, 30522, 384), g.indices(30522, n[0], n[1]));
        String x = g.node(ONNX, "LayerNormalization", Map.of("axis", -1, "epsilon", EPS),
                g.node(ONNX, "Add", Map.of(), tokens, g.weight(1, n[1], 384)), g.weight(1, 384), g.weight(1, 384));
        for (int i = 0; i < 6; i++) {
            String attended = g.node(MICROSOFT, "Attention", Map.of("num_heads", 12), x, g.weight(0.05, 384, 3 * 384),
                    g.weight(0.05, 3 * 384));
            x = residual(g, x, dense(g, attended, 384, 384));
            String hidden = g.node(MICROSOFT, "BiasGelu", Map.of(), dense(g, x, 384, 1536), g.weight(0.05, 1536));
            x = residual(g, x, dense(g, hidden, 1536, 384));
        }
        return g.output(x, n[0], n[1], 384);
    }

    /// The bias is added by who takes the product.
    private static String dense(OnnxGraph g, String x, long in, long out) {
        return g.node(ONNX, "MatMul", Map.of(), x, g.weight(0.05, in, out));
    }

    private static String residual(OnnxGraph g, String x, String branch) {
        return g.node(MICROSOFT, "SkipLayerNormalization", Map.of("epsilon", EPS), branch, x, g.weight(1, 384),
                g.weight(1, 384), g.weight(0.05, 384));
    }
}
