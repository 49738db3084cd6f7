package norma.kernel.simd;

import norma.kernel.contract.Kernels;
import norma.kernel.contract.RunningAverageKernel;
import norma.kernel.contract.Transfer;
import norma.kernel.simd.attention.SimdAttention;
import norma.kernel.simd.attention.SimdRotary;
import norma.kernel.simd.convolution.SimdConvolution;
import norma.kernel.simd.convolution.SimdPooling;
import norma.kernel.simd.elementwise.SimdDropout;
import norma.kernel.simd.elementwise.SimdElementwise;
import norma.kernel.simd.elementwise.SimdGather;
import norma.kernel.simd.elementwise.SimdReduction;
import norma.kernel.simd.elementwise.SimdUpdate;
import norma.kernel.simd.fourier.SimdFourier;
import norma.kernel.simd.matmul.SimdMatmul;
import norma.kernel.simd.norm.SimdNormalization;
import norma.kernel.simd.norm.SimdPlaneNormalization;
import norma.kernel.simd.norm.SimdPointwiseNorm;
import norma.kernel.simd.norm.SimdPositionNormalization;
import norma.kernel.simd.softmax.SimdCrossEntropy;
import norma.kernel.simd.softmax.SimdSoftmax;
import norma.kernel.simd.vector.Species;

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
        return new Kernels("simd" + Species.F.vectorBitSize(), new SimdElementwise(), new SimdReduction(),
                new SimdGather(), new SimdDropout(), new SimdUpdate(), new SimdMatmul(), new SimdNormalization(),
                new SimdPlaneNormalization(), new SimdPositionNormalization(), new SimdPointwiseNorm(),
                new SimdSoftmax(), new SimdCrossEntropy(), new SimdAttention(), new SimdRotary(),
                new SimdConvolution(), new SimdPooling(), new SimdFourier(), new RunningAverageKernel() {},
                new Transfer() {});
    }
}
