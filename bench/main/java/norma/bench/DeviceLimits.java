package norma.bench;

import java.util.List;
import java.util.concurrent.TimeUnit;
import norma.tornado.Tornado;
import norma.tornado.code.LimitsCode;
import norma.tornado.device.Kernel;
import norma.tornado.device.TornadoDevice;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// The limits of a device: a launch of each kernel, and the wait for its end.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class DeviceLimits {
    private static final Kernel COPY = Kernel.of(LimitsCode::copy);
    private static final Kernel TRIAD = Kernel.of(LimitsCode::triad);
    private static final Kernel AXPY = Kernel.of(LimitsCode::axpy);
    private static final Kernel MULTIPLY_ADD = Kernel.of(LimitsCode::multiplyAdd);

    /// What the chains of [#multiplyAdd()] are, which take half a millisecond where 70 TFLOP a second are possible.
    private static final int CHAINS = 1 << 20;
    private static final int TURNS = 1 << 9;

    /// Floating-point operations of [#multiplyAdd()].
    static final double FLOPS = (double) CHAINS * TURNS * LimitsCode.OPERATIONS;

    /// `tornado:0`
    @Param("")
    public String name;

    private final float[] last = new float[1];
    private TornadoDevice device;
    private int floats;

    /// The working set of a device with so many MB for tensors, in bytes: all caches are small beside it.
    static long bytes(long megabytes) {
        return Math.min(1 << 10, megabytes) << 20;
    }

    /// Fills the working set.
    @Setup
    public void open() {
        Tornado.Device found = Tornado.device(name);
        floats = (int) (bytes(found.megabytes()) / Float.BYTES);
        device = new TornadoDevice(found.number(), floats, List.of(COPY, TRIAD, AXPY, MULTIPLY_ADD));
        launch(AXPY, new float[1], floats / 2, 0, floats / 2);
    }

    /// Gives the device back.
    @TearDown
    public void close() {
        device.close();
    }

    /// As little as can be done: what a launch and the wait for it take.
    @Benchmark
    public float[] launch() {
        return launch(COPY, new float[0], 1, 0, 1);
    }

    /// b = a, half of the working set each.
    @Benchmark
    public float[] copy() {
        return launch(COPY, new float[0], floats / 2, 0, floats / 2);
    }

    /// c = a + s b, a third of the working set each.
    @Benchmark
    public float[] triad() {
        int n = floats / 3;
        return launch(TRIAD, new float[] {0.5f}, n, 0, n, 2 * n);
    }

    /// b = b + s a, half of the working set each.
    @Benchmark
    public float[] axpy() {
        return launch(AXPY, new float[] {1e-9f}, floats / 2, 0, floats / 2);
    }

    /// Chains of multiply-adds in registers.
    @Benchmark
    public float[] multiplyAdd() {
        return launch(MULTIPLY_ADD, new float[] {0.999f, 0.001f}, CHAINS, 0, TURNS);
    }

    private float[] launch(Kernel kernel, float[] scalars, int size, int... ints) {
        int[] all = new int[ints.length + 1];
        all[0] = size;
        System.arraycopy(ints, 0, all, 1, ints.length);
        device.launch(kernel, all, scalars);
        device.read(0, last, 0, 1);
        return last;
    }
}
