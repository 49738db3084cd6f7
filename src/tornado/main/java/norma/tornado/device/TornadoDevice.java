package norma.tornado.device;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import norma.tornado.code.Code;
import norma.tornado.code.TransferCode;

/// A device of TornadoVM: a GPU, or what else it has a backend for.
///
/// Each kernel is a graph of one task over the slab, the numbers and the scalars of a launch. All graphs stand in one plan, since
/// only graphs of one plan can share what lies on the device. TornadoVM compiles a kernel at its first launch.
///
/// `launch` returns at once; what goes wrong in it is thrown by the next call that waits.
public final class TornadoDevice implements Device {
    /// Threads of a group; a grid is a whole number of groups.
    private static final int GROUP = 64;
    /// With more iterations some threads have two; the second is still an int.
    private static final int MOST_THREADS = 1 << 30;
    /// Floats of the arrays that transfers go through. Such an array is always copied as a whole, so there is a small one for a
    /// loss, and a large one, which takes what is longer in pieces.
    private static final int[] STAGES = {1 << 10, 1 << 18};

    private final String name;
    private final float[] slab;
    private final int[] ints = new int[INTS];
    private final float[] floats = new float[FLOATS];
    private final float[][] stages = Arrays.stream(STAGES).mapToObj(float[]::new).toArray(float[][]::new);

    private final TornadoApi api = TornadoApi.get();
    private final InOrder inOrder = new InOrder("norma-device");
    private final List<Object> graphs = new ArrayList<>();
    private final List<Object> grids = new ArrayList<>();
    private final Object scheduler = api.scheduler();
    private final Map<Kernel, Integer> kernels = new HashMap<>();
    private final Map<Kernel, Throwable> refused = new HashMap<>();
    private final int[] reads = new int[STAGES.length];
    private final int[] writes = new int[STAGES.length];
    private Object plan;

    /// Opens a device.
    ///
    /// @param number among all devices of all backends, from 0
    /// @param capacity floats of the slab, which takes as much of Java's heap
    public TornadoDevice(int number, int capacity) {
        this(number, capacity, Kernel.in(Code.CLASSES));
    }

    /// Opens a device that knows these kernels.
    public TornadoDevice(int number, int capacity, List<Kernel> known) {
        name = "tornado:" + number;
        slab = allocate(capacity);
        inOrder.await(() -> open(api.devices().get(number), known));
    }

    /// The devices there are, or none if TornadoVM can't be used.
    public static List<Installed> installed() {
        return missing().isEmpty() ? TornadoApi.get().devices().stream().map(TornadoApi.get()::describe).toList()
                : List.of();
    }

    /// Why TornadoVM can't be used in this process, and what to do; empty if it can.
    public static String missing() {
        return TornadoApi.missing();
    }

    private static float[] allocate(int capacity) {
        try {
            return new float[capacity];
        } catch (OutOfMemoryError e) {
            throw new IllegalStateException(
                    "Tornado: the device's memory has a twin in Java's heap, and %d MB don't fit into "
                            .formatted(capacity >> 18)
                            + "%d MB; take a larger heap (-Xmx), or less: -Dnorma.device.memory (MB)"
                                    .formatted(Runtime.getRuntime().maxMemory() >> 20),
                    e);
        }
    }

    private void open(Object device, List<Kernel> known) {
        // The first kernel only writes to the slab, so its twin is not copied to the device.
        int turns = graph(Kernel.of(TransferCode::turns), List.of(), slab, ints);
        for (int i = 0; i < STAGES.length; i++) {
            writes[i] = graph(Kernel.of(TransferCode::write), List.of(), slab, ints, stages[i]);
            reads[i] = graph(Kernel.of(TransferCode::read), List.of(stages[i]), slab, ints, stages[i]);
        }
        for (Kernel kernel : known) {
            try {
                kernels.put(kernel, kernel.scaled() ? graph(kernel, List.of(), slab, ints, floats)
                        : graph(kernel, List.of(), slab, ints));
            } catch (RuntimeException | Error e) { // a launch tells it
                refused.put(kernel, e);
            }
        }
        plan = api.plan(graphs, scheduler, device);
        checkThreads(turns);
    }

    /// The number of a new graph that runs a kernel.
    private int graph(Kernel kernel, List<Object> out, Object... arguments) {
        int index = graphs.size();
        String graph = kernel.name().replace('.', '_') + index;
        graphs.add(api.graph(graph, kernel, index > 0, out, arguments));
        grids.add(api.grid(GROUP));
        api.add(scheduler, graph, grids.getLast());
        return index;
    }

    /// Kernels that run as one thread give the same results, too late: TornadoVM must know our annotation.
    private void checkThreads(int graph) {
        int n = Math.min(2 * GROUP, slab.length);
        set(n, 0);
        try {
            run(graph, n); // allocates the slab
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "Tornado: %s can't be used with %d MB of memory: %s; take less: -Dnorma.device.memory (MB)"
                            .formatted(name, slab.length >> 18, Missing.cause(e)),
                    e);
        }
        float[] turns = new float[n];
        transfer(0, turns, 0, n, false);
        for (float turn : turns) {
            if (turn != 1) {
                throw new IllegalStateException(
                        "Tornado: kernels run as one thread; TornadoVM was loaded before Norma and knows "
                                + "another annotation of parallel loops, so start Java with "
                                + "-Dtornado.load.annotation.parallel=norma.tornado.code.Parallel after TornadoVM's argfile");
            }
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int capacity() {
        return slab.length;
    }

    @Override
    public void launch(Kernel kernel, int[] ints, float[] floats) {
        int[] m = ints.clone();
        float[] f = floats.clone();
        inOrder.start(() -> {
            try {
                run(kernel, m, f);
            } catch (RuntimeException | Error e) {
                throw new IllegalStateException(
                        "Tornado: %s%s%s failed on %s: %s".formatted(kernel.name(), Arrays.toString(m),
                                f.length == 0 ? "" : Arrays.toString(f), name, Missing.cause(e)),
                        e);
            }
        });
    }

    private void run(Kernel kernel, int[] m, float[] f) {
        Integer graph = kernels.get(kernel);
        if (graph == null) {
            throw new IllegalStateException("TornadoVM can't compile it", refused.get(kernel));
        }
        System.arraycopy(m, 0, ints, 0, m.length);
        System.arraycopy(f, 0, floats, 0, f.length);
        run(graph, m[0]);
    }

    @Override
    public void read(int from, float[] to, int offset, int count) {
        inOrder.await(() -> transfer(from, to, offset, count, false));
    }

    @Override
    public void write(float[] from, int offset, int to, int count) {
        inOrder.await(() -> transfer(to, from, offset, count, true));
    }

    private void transfer(int at, float[] host, int offset, int count, boolean in) {
        int n;
        for (int done = 0; done < count; done += n) {
            int stage = count - done <= STAGES[0] ? 0 : 1;
            n = Math.min(count - done, STAGES[stage]);
            set(n, at + done);
            if (in) {
                System.arraycopy(host, offset + done, stages[stage], 0, n);
                run(writes[stage], n);
            } else {
                run(reads[stage], n);
                System.arraycopy(stages[stage], 0, host, offset + done, n);
            }
        }
    }

    private void set(int iterations, int at) {
        ints[0] = iterations;
        ints[1] = at;
    }

    private void run(int graph, int iterations) {
        api.resize(grids.get(graph), Math.min(MOST_THREADS, Math.ceilDiv((long) iterations, GROUP) * GROUP));
        api.execute(plan, graph);
    }

    @Override
    public void close() {
        inOrder.await(() -> api.close(plan));
        inOrder.close();
    }
}
