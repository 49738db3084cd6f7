package norma.embeddings.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.SplittableRandom;

/// MiniLM's graph with small weights: the exporter's own nodes, in a file of 300 KB.
public final class TinyOnnx {
    /// What each size of MiniLM becomes; its 12 heads become one of 32 features.
    private static final Map<Long, Long> SIZES = Map.of(384L, 32L, 1536L, 48L, 30522L, 40L, 512L, 24L, 12L, 1L);

    private TinyOnnx() {
    }

    /// The model.
    public static ModelProto.Builder model() throws IOException {
        ModelProto.Builder model;
        try (InputStream in = ClassLoader.getSystemResourceAsStream("all-minilm-l6-v2.onnx")) {
            model = ModelProto.parseFrom(in).toBuilder();
        }
        var random = new SplittableRandom(1);
        for (TensorProto.Builder tensor : model.getGraphBuilder().getInitializerBuilderList()) {
            shrink(tensor, random);
        }
        for (NodeProto.Builder node : model.getGraphBuilder().getNodeBuilderList()) {
            if (node.getOpType().equals("Constant")) {
                shrinkConstant(node.getAttributeBuilder(0).getTBuilder());
            }
        }
        return model;
    }

    private static void shrink(TensorProto.Builder tensor, SplittableRandom random) {
        int count = 1;
        for (int i = 0; i < tensor.getDimsCount(); i++) {
            tensor.setDims(i, SIZES.getOrDefault(tensor.getDims(i), tensor.getDims(i)));
            count *= (int) tensor.getDims(i);
        }
        boolean longs = tensor.getDataType() == TensorProto.DataType.INT64_VALUE;
        ByteBuffer raw = ByteBuffer.allocate(count * (longs ? 8 : 4)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            if (longs) {
                raw.putLong(i);
            } else {
                raw.putFloat((float) random.nextGaussian(0, 0.3));
            }
        }
        tensor.setRawData(ByteString.copyFrom(raw.flip()));
    }

    private static void shrinkConstant(TensorProto.Builder tensor) {
        if (tensor.getDataType() == TensorProto.DataType.INT64_VALUE && tensor.getRawData().size() == 8) {
            long value = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getLong();
            ByteBuffer raw =
                    ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(SIZES.getOrDefault(value, value));
            tensor.setRawData(ByteString.copyFrom(raw.flip()));
        }
    }
}
