package norma.bench.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import norma.bench.Peer;
import norma.bench.peers.OnnxGraph.Value;
import norma.bench.workload.Workload;
import norma.bench.workload.Workload.Operation;

/// ONNX Runtime on its CPU provider, with all optimizations of the graph. Inputs and results lie outside Java's heap and stay
/// where they are from run to run.
public final class OnnxRuntime implements Peer {

    @Override
    public String kernels() {
        return "onnxruntime";
    }

    @Override
    public List<String> jvmArgs() {
        return List.of("--enable-native-access=ALL-UNNAMED");
    }

    @Override
    public Optional<Supplier<Operation>> maker(Workload workload, int threads) {
        return Optional.ofNullable(OnnxWorkloads.GRAPHS.get(workload.name()))
                .map(maker -> () -> operation(maker.apply(workload.shape()), threads));
    }

    private static Operation operation(OnnxGraph graph, int threads) {
        try {
            var environment = OrtEnvironment.getEnvironment();
            var options = new SessionOptions();
            options.setIntraOpNumThreads(threads);
            options.setOptimizationLevel(OptLevel.ALL_OPT);
            OrtSession session = environment.createSession(graph.bytes(), options);
            Map<String, OnnxTensor> inputs = tensors(environment, graph.inputs());
            Map<String, OnnxTensor> outputs = tensors(environment, graph.outputs());
            run(session, inputs, outputs);
            outputs.values().forEach(OnnxRuntime::requireFinite);
            return () -> run(session, inputs, outputs);
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object run(OrtSession session, Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs) {
        try (var _ = session.run(inputs, outputs)) {
            return outputs;
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, OnnxTensor> tensors(OrtEnvironment environment, List<Value> values) throws OrtException {
        var tensors = new LinkedHashMap<String, OnnxTensor>();
        var random = new SplittableRandom(2);
        for (Value value : values) {
            tensors.put(value.name(), value.bound() > 0 ? indices(environment, value, random)
                    : floats(environment, value, random));
        }
        return tensors;
    }

    private static OnnxTensor floats(OrtEnvironment environment, Value value, SplittableRandom random)
            throws OrtException {
        FloatBuffer floats = direct(4 * value.size()).asFloatBuffer();
        while (floats.hasRemaining()) {
            floats.put((float) random.nextGaussian());
        }
        return OnnxTensor.createTensor(environment, floats.flip(), value.shape());
    }

    private static OnnxTensor indices(OrtEnvironment environment, Value value, SplittableRandom random)
            throws OrtException {
        var indices = direct(8 * value.size()).asLongBuffer();
        while (indices.hasRemaining()) {
            indices.put(random.nextInt(value.bound()));
        }
        return OnnxTensor.createTensor(environment, indices.flip(), value.shape());
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    private static void requireFinite(OnnxTensor y) {
        FloatBuffer values = y.getFloatBuffer();
        while (values.hasRemaining()) {
            if (!Float.isFinite(values.get())) {
                throw new IllegalStateException("OnnxRuntime: the result must be finite; got NaN or infinity");
            }
        }
    }
}
