package norma.bench.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import norma.bench.Peer;
import norma.bench.workload.Workload;
import norma.bench.workload.Workload.Operation;

/// PyTorch behind Deep Java Library. A scope closes all arrays of an operation, within the time that is measured: else
/// they would wait for Java's garbage collector.
abstract class Djl implements Peer {

    @Override
    public List<String> jvmArgs() {
        return List.of("--enable-native-access=ALL-UNNAMED", "-Dai.djl.offline=true", "-DOPT_OUT_TRACKING=true");
    }

    /// A backward pass starts at one result here, so the pair of residual sum and norm is left out.
    @Override
    public Optional<Supplier<Operation>> maker(Workload workload, int threads) {
        DjlGraph.Maker maker = DjlGraph.MAKERS.get(workload.name().replaceFirst("_fwd(_bwd)?$", ""));
        if (maker == null || workload.name().equals("residual_layer_norm_fwd_bwd")) {
            return Optional.empty();
        }
        return Optional.of(() -> operation(maker, workload, threads));
    }

    private Operation operation(DjlGraph.Maker maker, Workload workload, int threads) {
        boolean backward = workload.name().endsWith("_bwd");
        NDManager manager = NDManager.newBaseManager("PyTorch");
        JniUtils.setNumThreads(threads);
        JniUtils.setGradMode(backward);
        DjlGraph graph = maker.make(manager, workload.shape());
        return checked(backward ? forwardBackward(manager, graph) : () -> graph.of(graph.inputs()));
    }

    /// Leaves are new views of the inputs in each step: they have no gradient that would have to be set to zero.
    private static Supplier<NDArray> forwardBackward(NDManager manager, DjlGraph graph) {
        NDArray y = graph.of(graph.inputs());
        NDArray dy = y.isScalar() ? y.onesLike() : manager.randomNormal(y.getShape());
        return () -> {
            List<NDArray> leaves = graph.inputs().stream().map(Djl::leaf).toList();
            JniUtils.backward((PtNDArray) graph.of(leaves), (PtNDArray) dy, false, false);
            return leaves.getLast().getGradient();
        };
    }

    private static NDArray leaf(NDArray x) {
        NDArray leaf = x.stopGradient();
        leaf.setRequiresGradient(true);
        return leaf;
    }

    private static Operation checked(Supplier<NDArray> operation) {
        try (var _ = new NDScope()) {
            NDArray y = operation.get();
            if (y.isNaN().any().getBoolean() || y.isInfinite().any().getBoolean()) {
                throw new IllegalStateException("Djl: the result must be finite; got NaN or infinity");
            }
        }
        return () -> {
            try (var _ = new NDScope()) {
                return operation.get();
            }
        };
    }
}
