package norma.backend;

import norma.kernel.contract.Kernels;
import norma.kernel.simd.Simd;

/// The kernels this process uses, chosen once at start: SIMD where the Vector API can be read and compiled, else the
/// reference. `-Dnorma.kernels=simd` or `reference` asks for one; asking for SIMD and not having it is an error.
public final class Backend {
    private static final Kernels KERNELS = choose(System.getProperty("norma.kernels", "auto"));

    private Backend() {
    }

    /// The kernels chosen.
    public static Kernels kernels() {
        return KERNELS;
    }

    /// What the kernels chosen are called in reports: `reference`, `simd512` ...
    public static String name() {
        return KERNELS.name();
    }

    /// Why SIMD can't be had in this process, and what to add; empty if it can.
    public static String missing() {
        return Simd.reason();
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
                        "Norma computes with its reference kernels: " + Simd.reason());
                yield Kernels.REFERENCE;
            }
            default -> throw new IllegalArgumentException(
                    "Backend: -Dnorma.kernels must be auto, simd or reference; got " + wish);
        };
    }
}
