package norma.embeddings.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import norma.kernel.Activation;
import norma.kernel.contract.Functions;

/// Computes values of a graph from some that are given, to see what a part of it does: each exporter writes masks, shapes and scales
/// in other nodes. Operators: https://onnx.ai/onnx/operators.
final class OnnxEvaluator {
    private static final int DEEPEST = 1000;

    private final OnnxGraph graph;
    private final Map<String, OnnxArray> values;
    private int depth;

    /// @param given by name
    OnnxEvaluator(OnnxGraph graph, Map<String, OnnxArray> given) {
        this.graph = graph;
        this.values = new HashMap<>(given);
    }

    /// A value, which must follow from what is given.
    OnnxArray value(String name) throws IOException {
        OnnxArray known = values.get(name);
        if (known != null) {
            return known;
        }
        Optional<OnnxTensor> constant = graph.constantNamed(name);
        if (constant.isPresent()) {
            values.put(name, constant.get().array());
            return values.get(name);
        }
        NodeProto node = graph.maker(name);
        if (depth++ > DEEPEST) {
            throw graph.incompatibility("too much is computed before " + name);
        }
        try {
            compute(node);
        } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException | NullPointerException e) {
            throw graph.incompatibility("%s %s can't be computed: %s".formatted(node.getOpType(), node.getName(),
                    e.getMessage()), e);
        } finally {
            depth--;
        }
        OnnxArray found = values.get(name);
        if (found == null) {
            throw graph.incompatibility("%s of %s %s is not read".formatted(name, node.getOpType(), node.getName()));
        }
        return found;
    }

    private void compute(NodeProto node) throws IOException {
        if (node.getOpType().equals("Split")) {
            split(node);
            return;
        }
        values.put(node.getOutput(0), result(node));
    }

    private OnnxArray input(NodeProto node, int i) throws IOException {
        return value(node.getInput(i));
    }

    private static boolean has(NodeProto node, int input) {
        return node.getInputCount() > input && !node.getInput(input).isEmpty();
    }

    private OnnxArray result(NodeProto node) throws IOException {
        return switch (node.getOpType()) {
            case "Identity", "Dropout" -> input(node, 0);
            case "Cast" -> cast(node);
            case "Shape" -> shape(node);
            case "Size" -> {
                int size = input(node, 0).values().length;
                yield OnnxArray.of(new int[0], true, _ -> size);
            }
            case "Add" -> combined(node, Double::sum);
            case "Sub" -> combined(node, (a, b) -> a - b);
            case "Mul" -> combined(node, (a, b) -> a * b);
            case "Div" -> divided(node);
            case "Pow" -> combined(node, Math::pow);
            case "Max" -> combined(node, Math::max);
            case "Min" -> combined(node, Math::min);
            case "Equal" -> compared(node, (a, b) -> a == b ? 1 : 0);
            case "Greater" -> compared(node, (a, b) -> a > b ? 1 : 0);
            case "GreaterOrEqual" -> compared(node, (a, b) -> a >= b ? 1 : 0);
            case "Less" -> compared(node, (a, b) -> a < b ? 1 : 0);
            case "LessOrEqual" -> compared(node, (a, b) -> a <= b ? 1 : 0);
            case "And", "BitwiseAnd" -> truth(node, (a, b) -> a * b);
            case "Or", "BitwiseOr" -> truth(node, Math::max);
            case "Xor" -> truth(node, (a, b) -> a == b ? 0 : 1);
            case "Not" -> input(node, 0).map(true, a -> a == 0 ? 1 : 0);
            case "IsNaN" -> input(node, 0).map(true, a -> Double.isNaN(a) ? 1 : 0);
            case "IsInf" -> input(node, 0).map(true, a -> Double.isInfinite(a) ? 1 : 0);
            case "Where" -> where(node);
            case "Sqrt" -> mapped(node, Math::sqrt);
            case "Reciprocal" -> mapped(node, a -> 1 / a);
            case "Exp" -> mapped(node, Math::exp);
            case "Log" -> mapped(node, Math::log);
            case "Tanh" -> mapped(node, Math::tanh);
            case "Sigmoid" -> mapped(node, a -> 1 / (1 + Math.exp(-a)));
            case "Erf" -> mapped(node, Functions::erf);
            case "Relu" -> mapped(node, a -> Math.max(a, 0));
            case "Gelu" -> gelu(node);
            case "Neg" -> input(node, 0).map(input(node, 0).whole(), a -> -a);
            case "Abs" -> input(node, 0).map(input(node, 0).whole(), Math::abs);
            case "Softmax" -> softmax(node);
            case "MatMul" -> OnnxArray.product(input(node, 0), input(node, 1));
            case "Range" -> range(node);
            case "ConstantOfShape" -> constantOfShape(node);
            case "Gather" -> input(node, 0).gathered(input(node, 0).axis(graph.whole(node, "axis", 0)), input(node, 1));
            case "GatherElements" ->
                input(node, 0).picked(input(node, 0).axis(graph.whole(node, "axis", 0)), input(node, 1));
            case "GatherND" -> gatherNd(node);
            case "Unsqueeze" -> input(node, 0).unsqueezed(axes(node, 1));
            case "Squeeze" -> input(node, 0).squeezed(axes(node, 1));
            case "Reshape" ->
                input(node, 0).reshaped(input(node, 1).longs(), graph.whole(node, "allowzero", 0) == 1);
            case "Flatten" -> flattened(node);
            case "Transpose" -> transposed(node);
            case "Expand" ->
                input(node, 0).expanded(Arrays.stream(input(node, 1).longs()).mapToInt(Math::toIntExact).toArray());
            case "Concat" -> concatenated(node);
            case "Slice" -> sliced(node);
            case "CumSum" -> cumulated(node);
            case String other -> throw graph.incompatibility("operator %s of node %s is none that is known here"
                    .formatted(other, node.getName()));
        };
    }

    private OnnxArray combined(NodeProto node, DoubleBinaryOperator f) throws IOException {
        OnnxArray result = input(node, 0);
        for (int i = 1; i < node.getInputCount(); i++) {
            result = OnnxArray.combined(result, input(node, i), result.whole(), f);
        }
        return result;
    }

    private OnnxArray compared(NodeProto node, DoubleBinaryOperator f) throws IOException {
        return OnnxArray.combined(input(node, 0), input(node, 1), true, f);
    }

    private OnnxArray truth(NodeProto node, DoubleBinaryOperator f) throws IOException {
        for (int i = 0; i < 2; i++) {
            graph.require(Arrays.stream(input(node, i).values()).allMatch(a -> a == 0 || a == 1), node,
                    "must combine truth values");
        }
        return compared(node, f);
    }

    private OnnxArray mapped(NodeProto node, DoubleUnaryOperator f) throws IOException {
        return input(node, 0).map(false, f);
    }

    private OnnxArray divided(NodeProto node) throws IOException {
        boolean whole = input(node, 0).whole();
        return combined(node, (a, b) -> whole ? (double) ((long) a / (long) b) : a / b);
    }

    private OnnxArray cast(NodeProto node) throws IOException {
        int type = (int) graph.whole(node, "to", 0);
        if (type == OnnxTensor.BOOL) {
            return input(node, 0).map(true, a -> a == 0 ? 0 : 1);
        }
        return OnnxTensor.isFloat(type) ? input(node, 0).map(false, a -> a)
                : input(node, 0).map(true, a -> (double) (long) a);
    }

    private OnnxArray shape(NodeProto node) throws IOException {
        OnnxArray shape = OnnxArray.vector(input(node, 0).shape());
        return shape.sliced(0, graph.whole(node, "start", 0), graph.whole(node, "end", Integer.MAX_VALUE), 1);
    }

    private OnnxArray where(NodeProto node) throws IOException {
        OnnxArray condition = input(node, 0), a = input(node, 1), b = input(node, 2);
        int[] shape = OnnxArray.broadcast(condition.shape(), OnnxArray.broadcast(a.shape(), b.shape()));
        double[] choice = condition.expanded(shape).values(), x = a.expanded(shape).values(),
                y = b.expanded(shape).values();
        var result = OnnxArray.empty(shape, a.whole());
        Arrays.setAll(result.values(), i -> choice[i] != 0 ? x[i] : y[i]);
        return result;
    }

    private OnnxArray gelu(NodeProto node) throws IOException {
        String approximation = graph.text(node, "approximate", "none");
        Activation f = switch (approximation) {
            case "none" -> Activation.GELU_ERF;
            case "tanh" -> Activation.GELU_TANH;
            default -> throw new IllegalArgumentException("approximation " + approximation);
        };
        return mapped(node, a -> Functions.value(f, a));
    }

    private OnnxArray softmax(NodeProto node) throws IOException {
        OnnxArray x = input(node, 0);
        graph.require(x.axis(graph.whole(node, "axis", graph.opset() < 13 ? 1 : -1)) == x.rank() - 1, node,
                "must go over the last axis");
        return x.along(x.rank() - 1, row -> {
            double max = Arrays.stream(row).max().orElse(0);
            double sum = 0;
            for (int i = 0; i < row.length; i++) {
                row[i] = Math.exp(row[i] - max);
                sum += row[i];
            }
            for (int i = 0; i < row.length; i++) {
                row[i] /= sum;
            }
        });
    }

    private OnnxArray range(NodeProto node) throws IOException {
        double start = input(node, 0).values()[0], limit = input(node, 1).values()[0],
                step = input(node, 2).values()[0];
        int count = (int) Math.max(0, Math.ceil((limit - start) / step));
        var range = OnnxArray.empty(new int[] {count}, input(node, 0).whole());
        Arrays.setAll(range.values(), i -> start + i * step);
        return range;
    }

    private OnnxArray constantOfShape(NodeProto node) throws IOException {
        int[] shape = Arrays.stream(input(node, 0).longs()).mapToInt(Math::toIntExact).toArray();
        OnnxArray value = graph.tensor(node, "value").map(OnnxTensor::array)
                .orElse(OnnxArray.empty(new int[] {1}, false));
        var result = OnnxArray.empty(shape, value.whole());
        Arrays.fill(result.values(), value.values()[0]);
        return result;
    }

    private OnnxArray gatherNd(NodeProto node) throws IOException {
        graph.require(graph.whole(node, "batch_dims", 0) == 0, node, "must have batch_dims = 0");
        return input(node, 0).gatheredByRows(input(node, 1));
    }

    /// Axes stand in an attribute or, since opset 13, in an input.
    private long[] axes(NodeProto node, int input) throws IOException {
        return has(node, input) ? input(node, input).longs() : graph.wholes(node, "axes");
    }

    private OnnxArray flattened(NodeProto node) throws IOException {
        int[] shape = input(node, 0).shape();
        long axis = graph.whole(node, "axis", 1);
        int rows = Arrays.stream(shape).limit(axis < 0 ? axis + shape.length : axis).reduce(1, (a, b) -> a * b);
        return input(node, 0).reshaped(new long[] {rows, -1}, true);
    }

    private OnnxArray transposed(NodeProto node) throws IOException {
        OnnxArray x = input(node, 0);
        long[] order = graph.wholes(node, "perm");
        return x.transposed(order.length == 0 ? IntStream.range(0, x.rank()).map(i -> x.rank() - 1 - i).toArray()
                : Arrays.stream(order).mapToInt(Math::toIntExact).toArray());
    }

    private OnnxArray concatenated(NodeProto node) throws IOException {
        var parts = new OnnxArray[node.getInputCount()];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = input(node, i);
        }
        return OnnxArray.concatenated(graph.whole(node, "axis", 0), parts);
    }

    private OnnxArray sliced(NodeProto node) throws IOException {
        OnnxArray x = input(node, 0);
        long[] starts = input(node, 1).longs(), ends = input(node, 2).longs();
        long[] axes =
                has(node, 3) ? input(node, 3).longs() : IntStream.range(0, starts.length).asLongStream().toArray();
        for (int i = 0; i < starts.length; i++) {
            x = x.sliced(x.axis(axes[i]), starts[i], ends[i], has(node, 4) ? input(node, 4).longs()[i] : 1);
        }
        return x;
    }

    private OnnxArray cumulated(NodeProto node) throws IOException {
        graph.require(graph.whole(node, "exclusive", 0) == 0 && graph.whole(node, "reverse", 0) == 0, node,
                "must add up from the first on");
        OnnxArray x = input(node, 0);
        return x.along(x.axis(input(node, 1).longs()[0]), row -> Arrays.parallelPrefix(row, Double::sum));
    }

    /// Into parts of the sizes that an input names, or into equal ones.
    private void split(NodeProto node) throws IOException {
        OnnxArray x = input(node, 0);
        int axis = x.axis(graph.whole(node, "axis", 0));
        int parts = node.getOutputCount();
        long[] sizes = has(node, 1) ? input(node, 1).longs() : graph.wholes(node, "split");
        long from = 0;
        for (int i = 0; i < parts; i++) {
            long size = sizes.length == 0 ? Math.ceilDiv(x.shape()[axis], parts) : sizes[i];
            values.put(node.getOutput(i), x.sliced(axis, from, from + size, 1));
            from += size;
        }
    }
}
