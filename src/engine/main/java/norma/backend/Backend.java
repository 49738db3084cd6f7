package norma.backend;

import norma.kernel.contract.Kernels;
import norma.kernel.simd.Simd;

/// The kernels this process uses, chosen once: those that [#use] was given, or else SIMD where the Vector API can be read and
/// compiled and the reference where it can't. `-Dnorma.kernels=simd` or `reference` asks for one; asking for SIMD and not
/// having it is an error.
public final class Backend {
    private static Kernels wanted;
    private static boolean chosen;

    /// Initialized at the first use of a kernel, and a constant from then on.
    private static final class Choice {
        static final Kernels KERNELS = choose();
    }

    private Backend() {
    }

    /// The kernels chosen.
    public static Kernels kernels() {
        return Choice.KERNELS;
    }

    /// Makes these the kernels of the process, which may keep the data of tensors wherever they like. To be called once and
    /// before the first tensor is made.
    public static synchronized void use(Kernels kernels) {
        if (wanted != null || chosen) {
            throw new IllegalStateException(
                    "Backend.use: must be called once, before anything else of the engine; got %s, but the kernels are %s"
                            .formatted(kernels.name(), wanted != null ? wanted.name() : kernels().name()));
        }
        wanted = kernels;
    }

    /// What the kernels chosen are called in reports: `reference`, `simd512` ...
    public static String name() {
        return kernels().name();
    }

    /// Why SIMD can't be had in this process, and what to add; empty if it can.
    public static String missing() {
        return Simd.reason();
    }

    private static synchronized Kernels choose() {
        chosen = true;
        return wanted != null ? wanted : choose(System.getProperty("norma.kernels", "auto"));
    }

    private static Kernels choose(String wish) {
        return switch (wish) {
            case "reference" -> Kernels.REFERENCE;
            case "auto", "simd" -> {
                if (Simd.available()) {
                    yield Simd.kernels();
                }
                if (wish.equals("simd")) {
                    throw new IllegalStateException("Backend: -Dnorma.kernels=simd can't be had: " + Simd.reason());
                }
                System.getLogger("norma").log(System.Logger.Level.INFO,
                        "Norma computes with its reference kernels, which take 3 to 4 times as long for a product of matrices and "
                                + "about 7 times for an embedding: " + Simd.reason()
                                + "; for a jar that is started by -jar, put it into the environment variable JDK_JAVA_OPTIONS");
                yield Kernels.REFERENCE;
            }
            default -> throw new IllegalArgumentException(
                    "Backend: -Dnorma.kernels must be auto, simd or reference; got " + wish);
        };
    }
}
