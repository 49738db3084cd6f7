package norma.bench;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import norma.backend.Backend;
import norma.tornado.Tornado;

/// The kernels and the number of threads that do a workload, and the Java VM's options for them.
///
/// @param kernels kernel set, or peer
record Variant(String kernels, int threads, List<String> jvmArgs) {
    private static final String MODULE = "--add-modules=jdk.incubator.vector";
    /// An option of TornadoVM's argfile.
    private static final String TORNADO = "-XX:+EnableJVMCI";

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

    /// A device, with the options of TornadoVM's argfile, which this process has too.
    static Variant device(Tornado.Device device, int threads) {
        return of(device.name(), threads, options());
    }

    /// Whether kernels are those of a device.
    static boolean isDevice(String kernels) {
        return kernels.startsWith("tornado:");
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

    /// This process's own options without those of TornadoVM's argfile, which come first: figures of the processor are those of a run
    /// without a device.
    private static List<String> inherited() {
        List<String> options = options();
        return options.contains(TORNADO) ? options.subList(Math.max(0, options.indexOf(MODULE)), options.size())
                : options;
    }

    private static List<String> options() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments();
    }
}
