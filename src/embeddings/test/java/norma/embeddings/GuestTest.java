package norma.embeddings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import norma.nn.Linear;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An encoder in a process that belongs to somebody else: what it leaves behind in memory, threads and classes.
@Timeout(60)
class GuestTest {
    private static final List<String> SHORT_IDLE =
            List.of("--add-modules=jdk.incubator.vector", "-XX:+UseSerialGC", "-Dnorma.idle=200",
                    "--enable-native-access=ALL-UNNAMED");

    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        TrainableFolder.encoder(Files.createDirectories(folder.resolve("first"))).save(folder);
    }

    private static List<String> run(Class<?> program, String heap, Path folder) throws Exception {
        return ClassPathProgram.run(program, Stream.concat(SHORT_IDLE.stream(), Stream.of("-Xmx" + heap)).toList(),
                folder.toString()).stream().filter(line -> !line.startsWith("WARNING")).toList();
    }

    /// Mebibytes that are in use when all garbage is gone.
    private static long used() throws InterruptedException {
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(20);
            used = Math.min(used, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return used >> 20;
    }

    /// Whether it holds soon.
    private static boolean soon(BooleanSupplier condition) throws InterruptedException {
        for (int wait = 0; wait < 200 && !condition.getAsBoolean(); wait++) {
            System.gc();
            Thread.sleep(25);
        }
        return condition.getAsBoolean();
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("norma-"))
                .count();
    }

    /// Half of 200 threads ask a real model at once, half one after the other, and all of them stay. What each would keep by itself
    /// adds up: 200 times 6 MB for texts of 256 tokens.
    static final class ManyCallers {
        private static final int CALLERS = 100;
        private static final String TEXT = "a text of some words ".repeat(5);

        public static void main(String[] folder) throws Exception {
            try (var encoder = SentenceEncoder.load("all-minilm-l6-v2", Options.DEFAULT)) {
                encoder.encode(TEXT);
                long before = used();
                ask(encoder, CALLERS);
                for (int i = 0; i < CALLERS; i++) {
                    ask(encoder, 1);
                }
                long after = used();
                IO.println(after - before < 4 * Runtime.getRuntime().availableProcessors()
                        ? "bounded"
                        : before + " MB before, " + after + " MB after");
            }
        }

        private static void ask(SentenceEncoder encoder, int callers) throws InterruptedException {
            var ended = new CountDownLatch(callers);
            for (int i = 0; i < callers; i++) {
                Thread.ofPlatform().daemon().start(() -> {
                    encoder.encode(TEXT);
                    ended.countDown();
                    LockSupport.park();
                });
            }
            ended.await();
        }
    }

    @Test
    void callingThreadsLeaveNothingBehind() throws Exception {
        assertEquals(List.of("bounded"), run(ManyCallers.class, "320m", folder));
    }

    /// A thousand virtual threads ask at once, every second one pinned to its carrier.
    @SuppressWarnings("restricted")
    static final class VirtualCallers {
        private static final int CALLERS = 1000;
        private static final Linker LINKER = Linker.nativeLinker();
        private static final MethodHandle QSORT =
                LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow("qsort"),
                        FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS));

        public static void main(String[] folder) throws Exception {
            try (var encoder = SentenceEncoder.load(Path.of(folder[0]), Options.DEFAULT)) {
                float[] expected = encoder.encode("a b c");
                Callable<Boolean> ask = () -> Arrays.equals(expected, encoder.encode("a b c"));
                try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
                    var answers = new ArrayList<Future<Boolean>>();
                    for (int i = 0; i < CALLERS; i++) {
                        answers.add(callers.submit(i % 2 == 0 ? ask : () -> pinned(ask)));
                    }
                    for (var answer : answers) {
                        if (!answer.get()) {
                            IO.println("another vector");
                        }
                    }
                }
            }
            IO.println(soon(() -> threads() == 0) ? "ended" : threads() + " threads");
        }

        /// Asks below a native frame, which pins a virtual thread: C's qsort compares two elements by asking.
        private static boolean pinned(Callable<Boolean> ask) throws Exception {
            var answer = new AtomicBoolean();
            try (Arena arena = Arena.ofConfined()) {
                MethodHandle compare = MethodHandles.lookup()
                        .findStatic(VirtualCallers.class, "compare", MethodType.methodType(int.class, Callable.class,
                                AtomicBoolean.class, MemorySegment.class, MemorySegment.class));
                MemorySegment back = LINKER.upcallStub(MethodHandles.insertArguments(compare, 0, ask, answer),
                        FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS), arena);
                QSORT.invokeExact(arena.allocate(JAVA_LONG, 2), 2L, 4L, back);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
            return answer.get();
        }

        static int compare(Callable<Boolean> ask, AtomicBoolean answer, MemorySegment a, MemorySegment b) {
            try {
                answer.set(ask.call());
            } catch (Exception e) {
                IO.println(e);
            }
            return 0;
        }
    }

    @Test
    void virtualThreadsPinnedOrNotAreServed() throws Exception {
        assertEquals(List.of("ended"), run(VirtualCallers.class, "128m", folder));
    }

    /// An encoder that is asked, left alone until its threads have ended, asked again, and dropped without being closed.
    static final class Dropped {
        public static void main(String[] folder) throws Exception {
            var encoder = SentenceEncoder.load(Path.of(folder[0]), Options.DEFAULT.threads(3));
            var reference = new WeakReference<>(encoder);
            List<String> texts = Collections.nCopies(200, "a b c");
            for (int i = 0; i < 3; i++) {
                encoder.encode(texts);
                boolean any = threads() > 0;
                IO.println(
                        (any ? "threads" : "no threads") + (soon(() -> threads() == 0) ? ", then none" : " for ever"));
            }
            encoder = null;
            IO.println(soon(() -> reference.get() == null) ? "collected" : "kept");
        }
    }

    @Test
    void idleThreadsEndAndADroppedEncoderGoes() throws Exception {
        assertEquals(List.of("threads, then none", "threads, then none", "threads, then none", "collected"),
                run(Dropped.class, "128m", folder));
    }

    /// A server's threads live on; an application with its own copy of Norma comes and goes.
    static final class Redeployed {
        public static void main(String[] folder) throws Exception {
            try (var server =
                    new ThreadPoolExecutor(4, 4, 1, TimeUnit.DAYS, new LinkedBlockingQueue<>())) {
                server.prestartAllCoreThreads();
                var applications = new ArrayList<WeakReference<ClassLoader>>();
                for (String end : List.of("close", "drop")) {
                    applications.add(deploy(server, folder[0], end));
                }
                IO.println(soon(() -> applications.stream().allMatch(loader -> loader.get() == null))
                        ? "collected"
                        : applications.stream().map(WeakReference::get).toList().toString());
            }
        }

        private static WeakReference<ClassLoader> deploy(ExecutorService server, String folder, String end)
                throws Exception {
            var urls = new ArrayList<URL>();
            for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
                urls.add(Path.of(path).toUri().toURL());
            }
            var loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
            var application = loader.loadClass(Application.class.getName());
            var main = application.getDeclaredMethod("run", String.class, String.class, ExecutorService.class);
            server.submit(() -> {
                Thread.currentThread().setContextClassLoader(loader);
                try {
                    return main.invoke(null, folder, end, server);
                } finally {
                    Thread.currentThread().setContextClassLoader(ClassLoader.getSystemClassLoader());
                }
            }).get();
            loader.close();
            return new WeakReference<>(loader);
        }
    }

    /// What is loaded by a loader of its own: it encodes on threads of the server's, and trains a step on one.
    public static final class Application {
        private static final InheritableThreadLocal<Application> ITS_OWN = new InheritableThreadLocal<>();

        public static void run(String folder, String end, ExecutorService server) throws Exception {
            ITS_OWN.set(new Application());
            var encoder = SentenceEncoder.load(Path.of(folder), Options.DEFAULT.threads(3));
            var answers = new ArrayList<Future<?>>();
            for (int i = 0; i < 3; i++) {
                answers.add(server.submit(() -> encoder.encode(Collections.nCopies(100, "a b c"))));
            }
            for (var answer : answers) {
                answer.get();
            }
            var virtual = Thread.startVirtualThread(() -> encoder.encode("a b c"));
            virtual.join();
            var layer = Linear.of(64, 64);
            var x = Tensor.full(Shape.of(64, 64), 1);
            layer.forward(x);
            try (Tape tape = Tape.training()) {
                tape.backward(layer.forward(x).sum());
            }
            if (end.equals("close")) {
                encoder.close();
            }
            ITS_OWN.remove();
        }
    }

    @Test
    void aDroppedClassLoaderGoes() throws Exception {
        assertEquals(List.of("collected"), run(Redeployed.class, "256m", folder));
    }
}
