package norma.bench.peers;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import norma.bench.work.Work;
import norma.bench.work.Work.Operation;

/// With two settings that PyTorch gains from on Linux.
///
/// Its MKL takes AVX-512 on CPUs of Intel only, and asks a function which that is: ours answers yes. It is loaded before MKL
/// with its names open to all, which does what LD_PRELOAD does. And glibc gives large blocks back to the system, whose pages
/// must be made again at the next call, unless it is told to keep them. (Huge pages, which `torch_ops.py` asks for too, can be
/// asked for in the environment only.)
public final class DjlBest extends Djl {
    private static final int RTLD_NOW = 2;
    private static final int RTLD_GLOBAL = 0x100;
    private static final int M_TRIM_THRESHOLD = -1;
    private static final int M_TOP_PAD = -2;
    private static final int M_MMAP_MAX = -4;
    private static final int M_ARENA_MAX = -8;

    @Override
    public String kernels() {
        return "djl best";
    }

    @Override
    public Optional<Supplier<Operation>> maker(Work work, int threads) {
        return System.getProperty("os.name").equals("Linux") ? super.maker(work, threads) : Optional.empty();
    }

    @Override
    void prepare() {
        MethodHandle mallopt = function("mallopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
        call(mallopt, M_MMAP_MAX, 0);
        call(mallopt, M_ARENA_MAX, 1);
        call(mallopt, M_TRIM_THRESHOLD, Integer.MAX_VALUE);
        call(mallopt, M_TOP_PAD, 256 << 20);
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle dlopen = function("dlopen", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
            call(dlopen, arena.allocateFrom(compiled("int mkl_serv_intel_cpu_true(void) { return 1; }")),
                    RTLD_NOW | RTLD_GLOBAL);
        } catch (IOException e) {
            System.err.println("djl best: without AVX-512 in MKL, because there is no C compiler: " + e.getMessage());
        }
    }

    /// A shared library made by the C compiler.
    private static String compiled(String source) throws IOException {
        Path folder = Files.createTempDirectory("norma-peers");
        Path file = Files.writeString(folder.resolve("answer.c"), source);
        String library = folder.resolve("libanswer.so").toString();
        try {
            int status = new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library, file.toString()).start().waitFor();
            if (status != 0) {
                throw new IOException("cc ended with status " + status);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return library;
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }

    private static void call(MethodHandle function, Object... arguments) {
        try {
            function.invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
