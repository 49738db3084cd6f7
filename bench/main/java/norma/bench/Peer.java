package norma.bench;

import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import norma.bench.workload.Workload;
import norma.bench.workload.Workload.Operation;

/// Another engine that can do some of the workloads. Those on the class path are found as services.
public interface Peer {

    /// As in the table: `djl best`, `onnxruntime`.
    String kernels();

    /// Makes inputs of the same shape and kind and gives what is to be run, or nothing if the peer has no such workload.
    Optional<Supplier<Operation>> maker(Workload workload, int threads);

    /// Options that its Java VM needs.
    default List<String> jvmArgs() {
        return List.of();
    }

    /// What to start instead of this process's `java`, if anything: a script that sets up an environment, for example.
    default Optional<String> jvm() {
        return Optional.empty();
    }

    /// All peers on the class path.
    static List<Peer> all() {
        return ServiceLoader.load(Peer.class).stream().map(ServiceLoader.Provider::get).toList();
    }

    /// The peer of this name, if it is one.
    static Optional<Peer> named(String kernels) {
        return all().stream().filter(peer -> peer.kernels().equals(kernels)).findFirst();
    }
}
