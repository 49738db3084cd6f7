package norma.bench.workload;

import java.util.List;
import norma.tensor.Fourier;
import norma.tensor.Tensor;

/// Fourier transforms of many small images. Operations are counted as 5 n log2(n) for n complex numbers, and half of it for
/// real ones, as is usual; a transform with larger factors needs fewer.
final class Transforms {
    private static final int IMAGES = 64 * 64;
    private static final int AREA = 32 * 32;
    private static final double FLOPS = 5.0 * IMAGES * AREA * 10;

    private Transforms() {
    }

    static List<Workload> workloads() {
        return List.of(
                Workload.of("fft2", "64x64x32x32", FLOPS, 2.0 * 8 * IMAGES * AREA, () -> {
                    Tensor x = Inputs.random(1, 64, 64, 32, 32, 2);
                    return Passes.forward(() -> Fourier.fft2(x));
                }).inQuickRun(),
                Workload.of("rfft2", "64x64x32x32", FLOPS / 2, 4.0 * IMAGES * (AREA + 2 * 32 * 17), () -> {
                    Tensor x = Inputs.random(1, 64, 64, 32, 32);
                    return Passes.forward(() -> Fourier.rfft2(x));
                }).inQuickRun());
    }
}
