package norma.tornado.device;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import norma.tornado.code.Code;
import norma.tornado.code.TransferCode;

/// A device of TornadoVM: a GPU, or what else it has a backend for.
///
/// Each kernel is a graph of one task over the slab, the numbers and the scalars of a launch. All graphs stand in one plan, since
/// a slab stays on the device between graphs of the same plan only. TornadoVM compiles a kernel at its first launch.
///
/// Everything runs on one thread, in order: TornadoVM has a queue for each thread that calls, and nothing waits from one queue to
/// the other. `launch` returns at once; what goes wrong in it is thrown by the next call that waits.
public final class TornadoDevice implements Device {
    /// Threads of a group; the grid is a multiple of it.
    private static final int GROUP = 64;
    /// More threads take more than one iteration each.
    private static final int MOST_THREADS = 1 << 22;
    /// Launches that may wait.
    private static final int WAITING = 256;
    /// Floats of the arrays through which transfers go, in pieces; a transfer always copies one as a whole.
    private static final int[] STAGES = {1 << 10, 1 << 18};

    private final String name;
    private final float[] slab;
    private final int[] ints = new int[INTS];
    private final float[] floats = new float[FLOATS];
    private final float[][] stages = Arrays.stream(STAGES).mapToObj(float[]::new).toArray(float[][]::new);

    private final TornadoApi api = TornadoApi.get();
    private final List<Object> graphs = new ArrayList<>();
    private final List<Object> grids = new ArrayList<>();
    private final Object scheduler = api.scheduler();
    private final Map<Kernel, Integer> kernels = new HashMap<>();
    private final int[] reads = new int[STAGES.length];
    private final int[] writes = new int[STAGES.length];
    private Object plan;

    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING), work -> {
                Thread made = new Thread(work, "norma-device");
                made.setDaemon(true);
                return made;
            }, (work, executor) -> {
                try {
                    executor.getQueue().put(work);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("Tornado: interrupted while launches wait", e);
                }
            });
    private RuntimeException failure;

    /// Opens a device with a slab of so many floats, which take as much of Java's heap.
    ///
    /// @param backend number of the backend
    /// @param index number of the device among those of the backend
    public TornadoDevice(int backend, int index, int capacity) {
        name = "tornado:" + backend + ":" + index;
        slab = new float[capacity];
        await(() -> open(api.device(api.backend(backend), index)));
    }

    private void open(Object device) {
        int probe = add(Kernel.of(TransferCode::turns), false, NONE, slab, ints);
        for (int i = 0; i < STAGES.length; i++) {
            writes[i] = add(Kernel.of(TransferCode::write), true, NONE, slab, ints, stages[i]);
            reads[i] = add(Kernel.of(TransferCode::read), true, new Object[] {stages[i]}, slab, ints, stages[i]);
        }
        for (Kernel kernel : Kernel.in(Code.CLASSES)) {
            kernels.put(kernel, kernel.scaled() ? add(kernel, true, NONE, slab, ints, floats)
                    : add(kernel, true, NONE, slab, ints));
        }
        plan = api.plan(graphs.toArray(), scheduler, device);
        checkThreads(probe);
    }

    private static final Object[] NONE = {};

    private int add(Kernel kernel, boolean known, Object[] out, Object... arguments) {
        int index = graphs.size();
        String graph = "norma" + index;
        Object[] in = Arrays.copyOfRange(arguments, 1, out.length > 0 ? 2 : arguments.length);
        graphs.add(api.graph(graph, kernel, in, known, out, arguments));
        grids.add(api.grid(GROUP));
        api.add(scheduler, graph, grids.getLast());
        return index;
    }

    /// One thread would give the same results, late.
    private void checkThreads(int probe) {
        int n = Math.min(2 * GROUP, slab.length);
        ints[0] = n;
        ints[1] = 0;
        run(probe, n);
        float[] turns = new float[n];
        transfer(0, turns, 0, n, false);
        for (float turn : turns) {
            if (turn != 1) {
                throw new IllegalStateException(
                        "Tornado: kernels run as one thread, since TornadoVM was loaded before Norma "
                                + "and knows another annotation of parallel loops; start Java with "
                                + "-Dtornado.load.annotation.parallel=norma.tornado.code.Parallel after TornadoVM's argfile; got "
                                + Arrays.toString(turns));
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
        thread.execute(() -> {
            if (failure == null) {
                try {
                    launchNow(kernel, ints, floats);
                } catch (RuntimeException | Error e) {
                    failure =
                            new IllegalStateException("Tornado: kernel %s%s%s failed on %s: %s".formatted(kernel.name(),
                                    Arrays.toString(ints), floats.length == 0 ? "" : Arrays.toString(floats), name,
                                    why(e)), e);
                }
            }
        });
    }

    private void launchNow(Kernel kernel, int[] ints, float[] floats) {
        System.arraycopy(ints, 0, this.ints, 0, ints.length);
        System.arraycopy(floats, 0, this.floats, 0, floats.length);
        run(kernels.get(kernel), ints[0]);
    }

    @Override
    public void read(int from, float[] to, int offset, int count) {
        await(() -> transfer(from, to, offset, count, false));
    }

    @Override
    public void write(float[] from, int offset, int to, int count) {
        await(() -> transfer(to, from, offset, count, true));
    }

    private void transfer(int at, float[] host, int offset, int count, boolean in) {
        for (int done = 0; done < count;) {
            int left = count - done, stage = 0;
            while (stage < STAGES.length - 1 && left > STAGES[stage]) {
                stage++;
            }
            int n = Math.min(left, STAGES[stage]);
            ints[0] = n;
            ints[1] = at + done;
            if (in) {
                System.arraycopy(host, offset + done, stages[stage], 0, n);
                run(writes[stage], n);
            } else {
                run(reads[stage], n);
                System.arraycopy(stages[stage], 0, host, offset + done, n);
            }
            done += n;
        }
    }

    private void run(int graph, int iterations) {
        api.resize(grids.get(graph), Math.min(MOST_THREADS, Math.ceilDiv((long) iterations, GROUP) * GROUP));
        api.execute(plan, graph);
    }

    /// Runs something on the device's thread and waits; first what was launched before and failed.
    private void await(Runnable work) {
        FutureTask<Void> task = new FutureTask<>(() -> {
            if (failure != null) {
                RuntimeException failed = failure;
                failure = null;
                throw failed;
            }
            work.run();
        }, null);
        thread.execute(task);
        try {
            task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Tornado: interrupted while waiting for " + name, e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException exception -> throw exception;
                case Error error -> throw error;
                default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    private static String why(Throwable e) {
        Throwable first = e;
        while (first.getCause() != null) {
            first = first.getCause();
        }
        String message = first.toString();
        return message.contains("Recover option disabled") ? message
                + "; TornadoVM keeps the reason to itself: it is in the file that -Xlog:exceptions=info:file=tornado.log writes, "
                + "as a TornadoRuntimeException" : message;
    }

    @Override
    public void close() {
        await(() -> api.close(plan));
        thread.shutdown();
    }
}
