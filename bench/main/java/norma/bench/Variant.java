package norma.bench;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import norma.backend.Backend;

/// The kernels and the number of threads that do a workload, and the Java VM's options for them.
///
/// @param kernels kernel set, or peer
record Variant(String kernels, int threads, List<String> jvmArgs) {
    private static final String MODULE = "--add-modules=jdk.incubator.vector";

    /// The kernels that this process has chosen, with its own options.
    static Variant standard(int threads) {
        return of(Backend.name(), threads, inherited());
    }

    /// The reference kernels, as they run without the flag. They are asked for by name, so that no VM remarks on it.
    static Variant reference(int threads) {
        var args = new ArrayList<>(inherited().stream().filter(arg -> !arg.equals(MODULE)).toList());
        args.add("-Dnorma.kernels=reference");
        return of("reference", threads, args);
    }

    /// SIMD on vectors of this width.
    static Variant simd(int bits, int threads) {
        var args = new ArrayList<>(inherited());
        args.add("-Dnorma.simd.bits=" + bits);
        return of("simd" + bits, threads, args);
    }

    /// Another engine.
    static Variant peer(Peer peer, int threads) {
        var args = new ArrayList<>(inherited());
        args.addAll(peer.jvmArgs());
        return of(peer.kernels(), threads, args);
    }

    private static Variant of(String kernels, int threads, List<String> args) {
        var all = new ArrayList<>(args);
        all.add("-Dnorma.threads=" + threads);
        return new Variant(kernels, threads, all);
    }

    private static List<String> inherited() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments();
    }
}
