package norma.bench;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import norma.backend.Backend;
import norma.bench.workload.Processes.Ended;
import norma.bench.workload.Workload;
import norma.bench.workload.Workload.Operation;
import norma.bench.workload.Workloads;
import norma.tensor.Tensor;
import norma.tornado.Tornado;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// Runs one workload of the catalogue. A fork has one workload, one shape and one kernel set: what C2 makes of it is not
/// disturbed by others.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class WorkloadBenchmark {
    /// Its name.
    @Param("")
    public String workload;

    /// Its shape.
    @Param("")
    public String shape;

    /// A kernel set of ours, a device, or a peer.
    @Param("")
    public String kernels;

    /// With how many threads.
    @Param("1")
    public int threads;

    private Operation operation;
    private boolean onDevice;
    private Tensor any;

    /// Makes the inputs.
    @Setup
    public void make() {
        onDevice = Variant.isDevice(kernels);
        if (onDevice) {
            Tornado.use(kernels);
        }
        any = Tensor.scalar(0);
        Workload wanted = Workloads.of(workload, shape);
        Optional<Peer> peer = Peer.named(kernels);
        if (peer.isEmpty() && !Backend.name().equals(kernels)) {
            throw new IllegalStateException(
                    "WorkloadBenchmark: must run on %s; got %s".formatted(kernels, Backend.name()));
        }
        operation = (peer.isPresent() ? peer.get().maker(wanted, threads).orElseThrow() : wanted.maker()).get();
    }

    /// The memory of a process.
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class Memory {
        /// Of the last process.
        public long residentBytes;
    }

    /// What the device left to the processor would be in its figure.
    @TearDown
    public void check() {
        if (!Tornado.fallbacks().isEmpty()) {
            throw new IllegalStateException(
                    "WorkloadBenchmark: must run on %s alone; the processor computed %s".formatted(kernels,
                            Tornado.fallbacks()));
        }
    }

    /// Does it once. A device computes in order, so what comes last is there when all is done.
    @Benchmark
    public Object run(Memory memory) {
        Object result = operation.run();
        if (onDevice) {
            any.item();
        }
        if (result instanceof Ended process) {
            memory.residentBytes = process.residentBytes();
        }
        return result;
    }
}
