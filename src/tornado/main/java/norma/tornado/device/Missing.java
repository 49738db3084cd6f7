package norma.tornado.device;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Why TornadoVM can't be used, in one sentence that says what to do. TornadoVM itself fails in static initializers, where only
/// the innermost cause tells something.
final class Missing {
    static final String BACKEND =
            "the TornadoVM in this process has no backend; install one that has (opencl, cuda, ptx or spirv) "
                    + "and start Java with its argfile: " + start();

    private Missing() {
    }

    /// Why TornadoVM can't be loaded.
    ///
    /// @param configured whether the process has the options of its argfile
    static String reason(Throwable failure, boolean configured) {
        Throwable first = first(failure);
        String message = String.valueOf(first.getMessage());
        if (first instanceof ClassNotFoundException) {
            return "TornadoVM is not in this process; " + installed() + "start Java with " + start();
        }
        if (!configured) {
            return "TornadoVM's API is in this process, but nothing else of it; start Java with " + start();
        }
        if (message.contains("JNI Library not found") || first instanceof UnsatisfiedLinkError) {
            return "the native library of TornadoVM's backend can't be loaded (" + message + "); "
                    + "is java.library.path, which the argfile sets, the lib folder of an installation for this system? It is "
                    + System.getProperty("java.library.path");
        }
        if (message.contains("No OpenCL platforms")) {
            return "there is no OpenCL platform on this machine; install the driver of its GPU, or PoCL to compute on the "
                    + "CPU (Debian: pocl-opencl-icd)";
        }
        return "TornadoVM does not start; is it one for this JDK (%s), and the argfile its own? %s".formatted(
                Runtime.version(),
                first);
    }

    /// The innermost cause of a launch's failure.
    static String cause(Throwable failure) {
        String first = first(failure).toString().replaceAll("\\e\\[[0-9;]*m", ""); // without colours
        return first.contains("Recover option disabled") ? first
                + "; TornadoVM keeps the reason to itself, but -Xlog:exceptions=info:file=tornado.log writes it to a file: look "
                + "for TornadoRuntimeException" : first;
    }

    private static Throwable first(Throwable failure) {
        Set<Throwable> causes = new LinkedHashSet<>();
        for (Throwable e = failure; e != null && causes.add(e);) {
            e = e.getCause();
        }
        return List.copyOf(causes).getLast();
    }

    private static String installed() {
        return System.getenv("TORNADOVM_HOME") == null
                ? "install it (tornadovm.org, or `sdk install tornadovm`), set TORNADOVM_HOME to its folder and "
                : "";
    }

    private static String start() {
        String home = System.getenv("TORNADOVM_HOME");
        return "@" + (home == null ? "$TORNADOVM_HOME" : home) + "/tornado-argfile";
    }
}
