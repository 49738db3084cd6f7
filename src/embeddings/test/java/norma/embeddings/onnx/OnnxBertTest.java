package norma.embeddings.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.ByteString;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.Optional;
import java.util.function.Consumer;
import norma.embeddings.huggingface.NetworkConfig;
import norma.embeddings.huggingface.LoadMode;
import norma.embeddings.huggingface.StoredLayers;
import norma.io.CorruptFileException;
import norma.kernel.Activation;
import norma.model.Bert;
import norma.model.BertConfig;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What is read of a graph, and that another graph is refused.
class OnnxBertTest {
    private static ModelProto tiny;

    @BeforeAll
    static void read() throws IOException {
        tiny = TinyOnnx.model().build();
    }

    private static OnnxBert read(byte... bytes) throws IOException {
        return OnnxBert.read(Path.of("tiny.onnx"), new ByteArrayInputStream(bytes), bytes.length, Optional.empty());
    }

    @Test
    void theGraphTellsTheConfiguration() throws IOException {
        assertEquals(
                new BertConfig(40, 24, 0, 2, NetworkConfig.postNorm(32, 1, 6, 48, Activation.GELU_ERF, 1e-12f)),
                read(tiny.toByteArray()).config());
    }

    /// The exporter kept the names of biases and norms: each must have been found where its name says.
    @Test
    void weightsAreFoundWhereTheirNamesSay() throws IOException {
        int named = 0;
        OnnxWeights weights = read(tiny.toByteArray()).found();
        for (String name : weights.names()) {
            String inFile = weights.nameInFile(name);
            if (!inFile.startsWith("onnx::")) {
                assertEquals(inFile, name);
                named++;
            }
        }
        assertEquals(5 + 6 * 10, named);
    }

    @Test
    void anotherGraphIsRefused() {
        refuses("must be computed by one Softmax; it is by []",
                g -> node(g, "Softmax", 2).setOpType("LogSoftmax"));
        refuses("must be GELU_ERF of /encoder/layer.3/intermediate/dense/Add_output_0; it is none of them",
                g -> node(g, "Erf", 3).setOpType("Tanh"));
        refuses("must go over the last axis", g -> node(g, "Softmax", 1).getAttributeBuilder(0).setI(2));
        refuses("can't be computed: takes axes [0, 1, 1, 3]",
                g -> node(g, "Transpose", 0).getAttributeBuilder(0).setInts(1, 1));
        refuses("must be the attention of 1 heads, softmax(q k^T / sqrt(32)) v",
                g -> named(g, "/encoder/layer.2/attention/self/Constant_12").getAttributeBuilder(0).getTBuilder()
                        .setRawData(ByteString.copyFrom(new byte[] {0, 0, 0, 0x40})));
        refuses("must be a residual sum", g -> {
            NodeProto.Builder sum = named(g, "/encoder/layer.3/output/Add");
            sum.setInput(1, named(g, "/encoder/layer.2/output/LayerNorm/Add_1").getOutput(0));
        });
        refuses("must take queries, keys and values from the same stream",
                g -> named(g, "/encoder/layer.4/attention/self/key/MatMul")
                        .setInput(0, named(g, "/encoder/layer.2/output/LayerNorm/Add_1").getOutput(0)));
        refuses("must be computed; it is made by no node", g -> node(g, "Cast", 0).clearOutput());
        refuses("must have the same positive epsilon everywhere",
                g -> named(g, "/encoder/layer.1/output/LayerNorm/Constant_1")
                        .getAttributeBuilder(0).getTBuilder()
                        .setRawData(ByteString.copyFrom(new byte[] {0, 0, 0, 0x3f})));
        refuses("must have a result last_hidden_state or token_embeddings or one result only", g -> {
            g.getOutputBuilder(0).setName("a");
            g.addOutputBuilder().setName("b");
        });
        refuses("must have 2 inputs", g -> node(g, "MatMul", 5).addInput("third"));
        refuses("must take a row for each token",
                g -> named(g, "/embeddings/Slice").setInput(0, positions(g)));
    }

    /// Adds a row of positions that stands still.
    private static String positions(GraphProto.Builder g) {
        g.addInitializerBuilder().setName("still").setDataType(7).addDims(1).addDims(2)
                .setRawData(ByteString.copyFrom(new byte[16]));
        return "still";
    }

    private static NodeProto.Builder node(GraphProto.Builder g, String operator, int index) {
        return g.getNodeBuilderList().stream().filter(n -> n.getOpType().equals(operator)).skip(index).findFirst()
                .orElseThrow();
    }

    private static NodeProto.Builder named(GraphProto.Builder g, String name) {
        return g.getNodeBuilderList().stream().filter(n -> n.getName().equals(name)).findFirst().orElseThrow();
    }

    private static void refuses(String message, Consumer<GraphProto.Builder> change) {
        ModelProto.Builder model = tiny.toBuilder();
        change.accept(model.getGraphBuilder());
        byte[] bytes = model.build().toByteArray();
        String found = assertThrows(CorruptFileException.class, () -> read(bytes)).getMessage();
        assertTrue(found.contains(message), found);
        assertTrue(found.startsWith("tiny.onnx: "), found);
    }

    /// Whatever stands in a file, it is read, or refused with its name, soon, and without asking for memory that it has no numbers
    /// for.
    @Test
    void brokenFilesAreReadOrRefused() {
        byte[] whole = tiny.toByteArray();
        var random = new SplittableRandom(2);
        int refused = 0;
        for (int i = 0; i < 1500; i++) {
            byte[] broken = i % 3 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            for (int flips = i % 3 * random.nextInt(1, 20); flips > 0 && broken.length > 0; flips--) {
                // nodes come first and are a fifth of the file
                int bound = random.nextBoolean() ? broken.length : Math.max(1, broken.length / 5);
                broken[random.nextInt(bound)] = (byte) random.nextInt();
            }
            refused += Assertions.assertTimeoutPreemptively(Duration.ofSeconds(10), () -> isRefused(broken)) ? 1 : 0;
        }
        assertTrue(refused > 500, "refused " + refused);
    }

    private static boolean isRefused(byte... broken) throws IOException {
        try {
            OnnxBert onnx = read(broken);
            Bert.of(onnx.config(), new StoredLayers(onnx.weights(), LoadMode.INFERENCE));
            return false;
        } catch (CorruptFileException | IllegalArgumentException e) {
            assertTrue(e.getMessage().length() > 20, e.getMessage());
            return true;
        }
    }
}
