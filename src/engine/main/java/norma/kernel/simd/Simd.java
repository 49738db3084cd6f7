package norma.kernel.simd;

import norma.kernel.contract.Kernels;

/// Whether this process can use the Vector API, and the kernels that do.
///
/// No class of `jdk.incubator.vector` is touched unless [#available()] holds.
public final class Simd {

    private Simd() {
    }

    /// Whether the module is readable and the virtual machine compiles its operations to vector instructions.
    public static boolean available() {
        return reason().isEmpty();
    }

    /// What is missing and what to add; empty if nothing is.
    public static String reason() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return "the module jdk.incubator.vector is not resolved; start java with --add-modules jdk.incubator.vector";
        }
        String vm = System.getProperty("java.vm.name", "");
        if (!vm.contains("HotSpot") && !vm.contains("OpenJDK") && !vm.contains("GraalVM")) {
            return "the virtual machine '" + vm
                    + "' is not known to compile the Vector API; use one with HotSpot's C2 or GraalVM";
        }
        String mode = System.getProperty("java.vm.info", "");
        if (mode.contains("interpreted") || mode.contains("emulated-client")) {
            return "the virtual machine runs without its optimizing compiler (" + mode
                    + "); drop -Xint or -XX:TieredStopAtLevel";
        }
        return "";
    }

    /// The SIMD kernels; only if [#available()].
    public static Kernels kernels() {
        return new Kernels("simd" + Lanes.F.vectorBitSize(), new SimdElementwise(), new SimdReduction(),
                new SimdMatmul(), new SimdNormalization(), new SimdPlaneNormalization(),
                new SimdPositionNormalization(), new SimdSquashing(),
                new SimdSoftmax(),
                new SimdAttention(), new SimdRotary(),
                new SimdCrossEntropy(), new SimdGather(), new SimdDropout(), new SimdUpdate(), new SimdFourier(),
                new SimdConvolution(), new SimdPooling());
    }
}
