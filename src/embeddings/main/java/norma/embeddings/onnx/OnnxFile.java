package norma.embeddings.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import norma.io.CorruptFileException;

/// What an ONNX file (https://onnx.ai/onnx/repo-docs/IR.html) holds: a graph's nodes, its constant tensors, the names of its
/// outputs.
///
/// @param file for messages
/// @param nodes in the file's order
/// @param tensors initializers by name
/// @param outputs names of the graph's results
/// @param opsets versions of the sets of operators, by domain
record OnnxFile(Path file, List<NodeProto> nodes, Map<String, OnnxTensor> tensors, List<String> outputs,
        Map<String, Long> opsets) {

    /// Reads a file.
    ///
    /// @param file for messages
    /// @param size of the stream in bytes; nothing beyond is read and no tensor can claim more
    /// @param folder where files with its weights may stand, if there is one
    /// @throws CorruptFileException if it is not a whole ONNX file with its weights in it or beside it
    static OnnxFile read(Path file, InputStream stream, long size, Optional<Path> folder) throws IOException {
        if (size < 0 || size > Integer.MAX_VALUE) {
            throw new CorruptFileException(file, "an ONNX file must have at most 2 GB; got " + size + " bytes");
        }
        var onnx = new OnnxFile(file, new ArrayList<>(), new HashMap<>(), new ArrayList<>(), new HashMap<>());
        CodedInputStream in = CodedInputStream.newInstance(stream, 1 << 16);
        in.setSizeLimit(Integer.MAX_VALUE);
        try {
            in.pushLimit((int) size);
            onnx.readModel(in, folder);
        } catch (IOException | IllegalArgumentException e) {
            throw new CorruptFileException(file, "must be a whole ONNX file; " + e.getMessage(), e);
        }
        if (onnx.nodes.isEmpty() || onnx.outputs.isEmpty()) {
            throw new CorruptFileException(file, "must be an ONNX file with a graph; it has %d nodes and %d outputs"
                    .formatted(onnx.nodes.size(), onnx.outputs.size()));
        }
        return onnx;
    }

    private interface Body {
        void read(CodedInputStream in) throws IOException;
    }

    private static void message(CodedInputStream in, Body body) throws IOException {
        int outer = in.pushLimit(in.readRawVarint32());
        body.read(in);
        in.popLimit(outer);
    }

    /// `ModelProto`: of its fields, the graph and the versions of the operators.
    private void readModel(CodedInputStream in, Optional<Path> folder) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case 7 << 3 | 2 -> message(in, graph -> readGraph(graph, folder));
                case 8 << 3 | 2 -> {
                    OperatorSetIdProto set = OperatorSetIdProto.parseFrom(in.readByteArray());
                    opsets.put(set.getDomain(), set.getVersion());
                }
                default -> in.skipField(tag);
            }
        }
    }

    /// `GraphProto`: node, initializer, output.
    private void readGraph(CodedInputStream in, Optional<Path> folder) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case 1 << 3 | 2 ->
                    nodes.add(in.readMessage(NodeProto.parser(), ExtensionRegistryLite.getEmptyRegistry()));
                case 5 << 3 | 2 -> message(in, tensor -> readInitializer(tensor, folder));
                case 12 << 3 | 2 -> message(in, this::readOutput);
                default -> in.skipField(tag);
            }
        }
    }

    private void readInitializer(CodedInputStream in, Optional<Path> folder) throws IOException {
        OnnxTensor tensor = OnnxTensor.read(in, folder);
        tensors.put(tensor.name(), tensor);
    }

    /// `ValueInfoProto`: of its fields, the name.
    private void readOutput(CodedInputStream in) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag == (1 << 3 | 2)) {
                outputs.add(new String(in.readByteArray(), StandardCharsets.UTF_8));
            } else {
                in.skipField(tag);
            }
        }
    }
}
