package norma.bench.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import norma.bench.workload.Workload;
import norma.bench.workload.Workload.Operation;

/// In the environment that PyTorch gains from on Linux, as in `torch_ops.py`.
///
/// Its MKL takes AVX-512 on CPUs of Intel only, and asks a function which that is: a preloaded one says yes. glibc gives large
/// blocks back to the system, whose pages must be made again at the next call, unless it is told to keep them, in huge pages. Only
/// its first arena heeds that, and Java's threads are to share it.
public final class DjlBest extends Djl {
    private static final String KEEP_BLOCKS = "glibc.malloc.hugetlb=1:glibc.malloc.mmap_max=0:glibc.malloc.arena_max=1"
            + ":glibc.malloc.trim_threshold=4294967296:glibc.malloc.top_pad=268435456";

    @Override
    public String kernels() {
        return "djl best";
    }

    @Override
    public Optional<Supplier<Operation>> maker(Workload workload, int threads) {
        return System.getProperty("os.name").equals("Linux") ? super.maker(workload, threads) : Optional.empty();
    }

    @Override
    public Optional<String> jvm() {
        return Optional.of(Script.FILE.toString());
    }

    /// Starts Java in that environment; written once, and gone with this process.
    private static final class Script {
        static final Path FILE = write();

        private static Path write() {
            try {
                Path folder = Files.createTempDirectory("norma-peers");
                String script = """
                        #!/bin/sh
                        export LD_PRELOAD='%s' GLIBC_TUNABLES=%s
                        exec '%s/bin/java' "$@"
                        """.formatted(yes(folder), KEEP_BLOCKS, System.getProperty("java.home"));
                Path file = Files.writeString(folder.resolve("java"), script);
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
                for (String name : List.of("", "java", "yes.c", "libyes.so")) { // deleted in the reverse order
                    folder.resolve(name).toFile().deleteOnExit();
                }
                return file;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /// The library that says yes.
        private static String yes(Path folder) throws IOException {
            Path source = Files.writeString(folder.resolve("yes.c"), "int mkl_serv_intel_cpu_true(void) { return 1; }");
            Path library = folder.resolve("libyes.so");
            try {
                new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString()).start()
                        .waitFor();
            } catch (IOException e) {
                System.err.println(
                        "djl best: without AVX-512 in MKL, because no C compiler was found: " + e.getMessage());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return Files.exists(library) ? library.toString() : "";
        }
    }
}
