package norma.embeddings.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import norma.io.CorruptFileException;

/// An ONNX graph, read from its result backwards: which node made a value, and from which inputs. The caller says which operator the
/// node must be, and any other one is refused, since only its use in the graph says what a weight means.
///
/// A value that a node only hands on, or rounds to other floats, is the one that it hands on.
final class OnnxGraph {
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
        Optional<OnnxTensor> value = tensor(node, "value");
        if (value.isPresent()) {
            constants.put(node.getOutput(0), value.get());
        }
    }

    /// How many nodes there are.
    int size() {
        return makers.size();
    }

    /// The version of ONNX's own operators.
    long opset() {
        return file.opsets().getOrDefault("", file.opsets().getOrDefault("ai.onnx", 0L));
    }

    /// The first result that has one of these names, or the only one.
    String output(String... names) throws IOException {
        List<String> outputs = file.outputs();
        for (String name : names) {
            if (outputs.contains(name)) {
                return name;
            }
        }
        if (outputs.size() > 1) {
            throw incompatibility("must have a result %s or one result only; it has %s"
                    .formatted(String.join(" or ", names), outputs));
        }
        return outputs.getFirst();
    }

    /// The value that is handed on to another one.
    String source(String value) throws IOException {
        String source = value;
        for (int i = 0; i <= size(); i++) {
            NodeProto node = makers.get(source);
            if (constants.containsKey(source) || node == null || !handsOn(node)) {
                return source;
            }
            source = node.getInput(0);
        }
        throw incompatibility("it goes round in a circle at " + value);
    }

    private boolean handsOn(NodeProto node) {
        return node.getInputCount() > 0 && switch (node.getOpType()) {
            case "Identity" -> true;
            case "Dropout" -> node.getInputCount() < 3; // the third says whether the model is in training
            case "Cast" -> OnnxTensor.isFloat((int) whole(node, "to", 0));
            default -> false;
        };
    }

    /// Whether a node makes a value.
    boolean isMade(String value) {
        return makers.containsKey(value);
    }

    /// A constant by its own name.
    Optional<OnnxTensor> constantNamed(String value) {
        return Optional.ofNullable(constants.get(value));
    }

    /// The node that made a value.
    NodeProto maker(String value) throws IOException {
        NodeProto node = makers.get(value);
        if (node == null) {
            throw incompatibility(value + " must be computed; it is made by no node");
        }
        return node;
    }

    /// The node that made what is handed on to a value, which must be one of these operators.
    NodeProto made(String value, String... operators) throws IOException {
        NodeProto node = makers.get(source(value));
        String operator = node == null ? "no node" : node.getOpType();
        if (!Arrays.asList(operators).contains(operator)) {
            throw incompatibility(
                    "%s must be made by %s; it is made by %s%s".formatted(value, String.join(" or ", operators),
                            operator, node == null ? "" : " " + node.getName()));
        }
        return node;
    }

    /// The node that made what is handed on to a value, which must be this operator with so many inputs.
    NodeProto made(String value, String operator, int inputs) throws IOException {
        NodeProto node = made(value, operator);
        require(node.getInputCount() == inputs, node,
                "must have %d inputs; it has %s".formatted(inputs, node.getInputList()));
        return node;
    }

    boolean isMadeBy(String value, String operator) throws IOException {
        NodeProto node = makers.get(source(value));
        return node != null && node.getOpType().equals(operator);
    }

    boolean isConstant(String value) throws IOException {
        return constants.containsKey(source(value));
    }

    OnnxTensor constant(String value) throws IOException {
        OnnxTensor tensor = constants.get(source(value));
        if (tensor == null) {
            throw incompatibility(value + " must be a constant; it is computed");
        }
        return tensor;
    }

    /// A weight: a constant of floats with so many axes.
    OnnxTensor weight(String value, int axes) throws IOException {
        OnnxTensor tensor = constant(value);
        if (tensor.floats() == null || tensor.shape().length != axes) {
            throw incompatibility("%s must be a weight of floats with %d axes; quantized models are not for this reader"
                    .formatted(tensor, axes));
        }
        return tensor;
    }

    /// Of a node with two inputs in any order, the one that is computed.
    String computed(NodeProto node) throws IOException {
        require(node.getInputCount() == 2 && isConstant(node.getInput(0)) != isConstant(node.getInput(1)), node,
                "must combine a computed value with a constant");
        return node.getInput(isConstant(node.getInput(0)) ? 1 : 0);
    }

    /// Of a node with two inputs in any order, the other one.
    static String other(NodeProto node, String value) {
        return node.getInput(node.getInput(0).equals(value) ? 1 : 0);
    }

    /// An attribute that is a whole number.
    long whole(NodeProto node, String name, long otherwise) {
        return attribute(node, name).map(AttributeProto::getI).orElse(otherwise);
    }

    /// An attribute of whole numbers, empty if it is not there.
    long[] wholes(NodeProto node, String name) {
        return attribute(node, name).map(a -> a.getIntsList().stream().mapToLong(Long::longValue).toArray())
                .orElse(new long[0]);
    }

    /// An attribute that is a float.
    float number(NodeProto node, String name, float otherwise) {
        return attribute(node, name).map(AttributeProto::getF).orElse(otherwise);
    }

    /// An attribute that is a text.
    String text(NodeProto node, String name, String otherwise) {
        return attribute(node, name).map(a -> a.getS().toStringUtf8()).orElse(otherwise);
    }

    /// An attribute that is a tensor.
    Optional<OnnxTensor> tensor(NodeProto node, String name) throws IOException {
        Optional<AttributeProto> attribute = attribute(node, name);
        if (attribute.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    OnnxTensor.read(attribute.get().getT().toByteString().newCodedInput(), Optional.empty()));
        } catch (IOException e) {
            throw incompatibility("constant %s must be whole; %s".formatted(node.getName(), e.getMessage()), e);
        }
    }

    private static Optional<AttributeProto> attribute(NodeProto node, String name) {
        return node.getAttributeList().stream().filter(attribute -> attribute.getName().equals(name)).findFirst();
    }

    void require(boolean holds, NodeProto node, String must) throws IOException {
        if (!holds) {
            throw incompatibility("%s %s %s".formatted(node.getOpType(), node.getName(), must));
        }
    }

    CorruptFileException incompatibility(String problem) {
        return incompatibility(problem, null);
    }

    CorruptFileException incompatibility(String problem, Exception cause) {
        return new CorruptFileException(file.file(),
                ("must be the graph of a BERT encoder, not quantized: %s; graphs are read that torch.onnx.export writes of "
                        + "BertModel, RobertaModel or DistilBertModel with opset_version 11 to 20; their safetensors are read, too")
                        .formatted(problem),
                cause);
    }
}
