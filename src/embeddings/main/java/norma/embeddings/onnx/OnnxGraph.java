package norma.embeddings.onnx;

import static java.util.Map.entry;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import norma.io.CorruptFileException;

/// An ONNX graph, read from its result backwards: which node made a value, and from which inputs. The caller says which operator the
/// node must be, and any other one is refused, since only its use in the graph says what a weight means.
final class OnnxGraph {
    /// How many inputs each operator that BERT is made of has.
    private static final Map<String, Integer> INPUTS = Map.ofEntries(entry("Add", 2), entry("Sub", 2), entry("Mul", 2),
            entry("Div", 2), entry("Pow", 2), entry("MatMul", 2), entry("Gather", 2), entry("Reshape", 2),
            entry("Sqrt", 1),
            entry("Erf", 1), entry("Relu", 1), entry("Softmax", 1), entry("ReduceMean", 1), entry("Transpose", 1),
            entry("Cast", 1), entry("Unsqueeze", 1), entry("Concat", 4), entry("Slice", 5));

    private final OnnxFile file;
    private final Map<String, NodeProto> makers = new HashMap<>();
    private final Map<String, OnnxTensor> constants;

    OnnxGraph(OnnxFile file) throws IOException {
        this.file = file;
        this.constants = new HashMap<>(file.tensors());
        for (NodeProto node : file.nodes()) {
            if (node.getOpType().equals("Constant") && node.getOutputCount() == 1) {
                addConstant(node);
            }
            for (String output : node.getOutputList()) {
                makers.put(output, node);
            }
        }
    }

    private void addConstant(NodeProto node) throws IOException {
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.getName().equals("value")) {
                constants.put(node.getOutput(0), constant(node, attribute));
            }
        }
    }

    private OnnxTensor constant(NodeProto node, AttributeProto value) throws IOException {
        try {
            return OnnxTensor.read(value.getT().toByteString().newCodedInput());
        } catch (IOException e) {
            throw new CorruptFileException(file.file(),
                    "constant %s must be whole; %s".formatted(node.getName(), e.getMessage()),
                    e);
        }
    }

    /// How many nodes there are.
    int size() {
        return makers.size();
    }

    /// The result of the given name, or the only one.
    String output(String name) throws IOException {
        List<String> outputs = file.outputs();
        if (!outputs.contains(name) && outputs.size() > 1) {
            throw incompatibility("must have a result " + name + " or one result only; it has " + outputs);
        }
        return outputs.contains(name) ? name : outputs.getFirst();
    }

    /// The node that made a value, which must be one of these operators.
    NodeProto made(String value, String... operators) throws IOException {
        NodeProto node = makers.get(value);
        String operator = node == null ? "no node" : node.getOpType();
        if (!Arrays.asList(operators).contains(operator)) {
            throw incompatibility(
                    "%s must be made by %s; it is made by %s%s".formatted(value, String.join(" or ", operators),
                            operator, node == null ? "" : " " + node.getName()));
        }
        int inputs = INPUTS.get(operator);
        require(node.getInputCount() == inputs, node,
                "must have %d inputs; it has %s".formatted(inputs, node.getInputList()));
        return node;
    }

    boolean isMadeBy(String value, String operator) {
        NodeProto node = makers.get(value);
        return node != null && node.getOpType().equals(operator);
    }

    boolean isConstant(String value) {
        return constants.containsKey(value);
    }

    OnnxTensor constant(String value) throws IOException {
        OnnxTensor tensor = constants.get(value);
        if (tensor == null) {
            throw incompatibility(value + " must be a constant; it is computed");
        }
        return tensor;
    }

    /// A weight: a constant of floats with so many axes.
    OnnxTensor weight(String value, int axes) throws IOException {
        OnnxTensor tensor = constant(value);
        if (tensor.floats() == null || tensor.shape().length != axes) {
            throw incompatibility("%s must be a float32 weight with %d axes; quantized models are not for this reader"
                    .formatted(tensor, axes));
        }
        return tensor;
    }

    /// Of a node with two inputs in any order, the one that is computed.
    String computed(NodeProto node) throws IOException {
        require(isConstant(node.getInput(0)) != isConstant(node.getInput(1)), node,
                "must combine a computed value with a constant");
        return node.getInput(isConstant(node.getInput(0)) ? 1 : 0);
    }

    /// Of a node with two inputs in any order, the other one.
    static String other(NodeProto node, String value) {
        return node.getInput(node.getInput(0).equals(value) ? 1 : 0);
    }

    /// What a node computes from a value, which must come first, and one constant number, which must be this.
    String beside(NodeProto node, float number) throws IOException {
        float found = number(node, 1);
        require(Math.abs(found - number) <= 1e-6 * Math.abs(number), node, "must have the constant " + number);
        return node.getInput(0);
    }

    /// An input that is one constant number.
    float number(NodeProto node, int input) throws IOException {
        float number = constant(node.getInput(input)).scalar();
        require(Float.isFinite(number), node, "must have one float as its input " + input);
        return number;
    }

    /// Checks an attribute of whole numbers.
    void requireInts(NodeProto node, String name, long... values) throws IOException {
        AttributeProto attribute = attribute(node, name);
        long[] found = attribute.hasI() ? new long[] {attribute.getI()}
                : attribute.getIntsList().stream().mapToLong(Long::longValue).toArray();
        require(Arrays.equals(found, values), node,
                "must have %s = %s; it has %s".formatted(name, Arrays.toString(values), Arrays.toString(found)));
    }

    /// Checks a constant input of whole numbers.
    void requireLongs(NodeProto node, int input, long... values) throws IOException {
        long[] found = constant(node.getInput(input)).longs();
        require(Arrays.equals(found, values), node,
                "must have %s as its input %d; it has %s".formatted(Arrays.toString(values), input,
                        Arrays.toString(found)));
    }

    private AttributeProto attribute(NodeProto node, String name) throws IOException {
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.getName().equals(name)) {
                return attribute;
            }
        }
        throw incompatibility(node.getName() + " must have an attribute " + name);
    }

    void require(boolean holds, NodeProto node, String must) throws IOException {
        if (!holds) {
            throw incompatibility("%s %s %s".formatted(node.getOpType(), node.getName(), must));
        }
    }

    CorruptFileException incompatibility(String problem) {
        return new CorruptFileException(file.file(),
                "must be a BERT encoder as PyTorch exports it, in float32: " + problem);
    }
}
