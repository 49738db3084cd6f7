package norma.bench.peers;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// A model in ONNX's format, built node by node. A value is known by its name.
final class OnnxGraph {
    /// Where ONNX Runtime keeps the operators that it has beyond the standard: the fused ones.
    static final String MICROSOFT = "com.microsoft";

    /// The standard operators.
    static final String ONNX = "";

    /// What a run is given or gives.
    ///
    /// @param bound of indices in `[0, bound)`; 0 for floats
    record Value(String name, long[] shape, int bound) {
        int size() {
            return Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b));
        }
    }

    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("workload");
    private final List<Value> inputs = new ArrayList<>();
    private final List<Value> outputs = new ArrayList<>();
    private final SplittableRandom random = new SplittableRandom(1);
    private int names;

    List<Value> inputs() {
        return inputs;
    }

    List<Value> outputs() {
        return outputs;
    }

    /// Floats that each run is given.
    String input(long... shape) {
        return input(0, shape);
    }

    /// Indices in `[0, bound)` that each run is given.
    String indices(int bound, long... shape) {
        return input(bound, shape);
    }

    private String input(int bound, long... shape) {
        var value = new Value(name(), shape, bound);
        inputs.add(value);
        graph.addInput(info(value));
        return value.name();
    }

    /// N(0, s^2) as a part of the model, which ONNX Runtime may rearrange when it loads it.
    String weight(double s, long... shape) {
        var value = new Value(name(), shape, 0);
        ByteBuffer bytes = ByteBuffer.allocate(4 * value.size()).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            bytes.putFloat((float) (s * random.nextGaussian()));
        }
        var tensor = TensorProto.newBuilder().setName(value.name()).setDataType(TensorProto.DataType.FLOAT_VALUE)
                .setRawData(ByteString.copyFrom(bytes.flip()));
        Arrays.stream(shape).forEach(tensor::addDims);
        graph.addInitializer(tensor);
        return value.name();
    }

    /// The first result of an operator.
    String node(String domain, String operator, Map<String, ?> attributes, String... arguments) {
        return node(domain, operator, attributes, 1, arguments).getFirst();
    }

    /// The results of an operator.
    List<String> node(String domain, String operator, Map<String, ?> attributes, int results, String... arguments) {
        var node = NodeProto.newBuilder().setDomain(domain).setOpType(operator).addAllInput(List.of(arguments));
        attributes.forEach((name, value) -> node.addAttribute(attribute(name, value)));
        for (int i = 0; i < results; i++) {
            node.addOutput(name());
        }
        graph.addNode(node);
        return List.copyOf(node.getOutputList());
    }

    private static AttributeProto attribute(String name, Object value) {
        var attribute = AttributeProto.newBuilder().setName(name);
        return switch (value) {
            case Integer i -> attribute.setType(AttributeType.INT).setI(i).build();
            case Float f -> attribute.setType(AttributeType.FLOAT).setF(f).build();
            case int[] ints -> {
                Arrays.stream(ints).forEach(attribute::addInts);
                yield attribute.setType(AttributeType.INTS).build();
            }
            default -> throw new IllegalArgumentException("OnnxGraph: attribute %s = %s".formatted(name, value));
        };
    }

    /// Declares a result of the model.
    OnnxGraph output(String name, long... shape) {
        var value = new Value(name, shape, 0);
        outputs.add(value);
        graph.addOutput(info(value));
        return this;
    }

    byte[] bytes() {
        return ModelProto.newBuilder().setIrVersion(9).setGraph(graph)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(ONNX).setVersion(17))
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(MICROSOFT).setVersion(1)).build()
                .toByteArray();
    }

    private String name() {
        return "v" + names++;
    }

    private static ValueInfoProto info(Value value) {
        var shape = TensorShapeProto.newBuilder();
        Arrays.stream(value.shape()).forEach(n -> shape.addDim(Dimension.newBuilder().setDimValue(n)));
        int type = value.bound() > 0 ? TensorProto.DataType.INT64_VALUE : TensorProto.DataType.FLOAT_VALUE;
        var tensor = TypeProto.Tensor.newBuilder().setElemType(type).setShape(shape);
        return ValueInfoProto.newBuilder().setName(value.name()).setType(TypeProto.newBuilder().setTensorType(tensor))
                .build();
    }
}
