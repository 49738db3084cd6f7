package norma.kernel.contract;

import static norma.kernel.contract.Samples.normal;
import static norma.kernel.contract.Samples.room;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import norma.kernel.Activation;
import norma.kernel.Floats;
import norma.kernel.Planes;
import norma.kernel.Window;
import norma.kernel.WindowGeometry;
import norma.kernel.simd.attention.SimdAttention;
import norma.parallel.Workers;
import org.junit.jupiter.api.Test;

/// A vector that C2 fails to keep in a register is boxed: dozens of bytes for every few elements. A kernel that allocates
/// more than it has elements has stopped compiling to vector instructions.
class AllocationTest {
    private static final int ROWS = 16;
    private static final int N = 1024;
    private static final int ELEMENTS = ROWS * N;

    @Test
    void kernelsKeepTheirVectorsInRegisters() {
        for (Kernels kernels : Samples.sets()) {
            try (Workers alone = new Workers(1)) {
                kernels(kernels).forEach((name, kernel) -> alone.call(() -> {
                    check(kernels.name() + " " + name, kernel);
                    return null;
                }));
            }
        }
    }

    /// Until C2 has compiled the loop everything is boxed; it gets ten seconds.
    private static void check(String name, Runnable kernel) {
        long end = System.nanoTime() + 10_000_000_000L;
        long bytes;
        do {
            kernel.run();
            long before = allocated();
            kernel.run();
            bytes = allocated() - before;
        } while (bytes > ELEMENTS && System.nanoTime() < end);
        assertTrue(bytes <= ELEMENTS, name + " allocates " + bytes + " bytes for " + ELEMENTS + " elements");
    }

    /// Bytes this thread has allocated so far; by reflection, because the engine's module does not read the module that
    /// can tell.
    private static long allocated() {
        try {
            Object threads = Class.forName("java.lang.management.ManagementFactory").getMethod("getThreadMXBean")
                    .invoke(null);
            Method bytes = Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes");
            return (long) bytes.invoke(threads);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<String, Runnable> kernels(Kernels kernels) {
        Floats x = normal(ELEMENTS, 1), dy = normal(ELEMENTS, 2), y = normal(ELEMENTS, 3), z = normal(ELEMENTS, 4);
        Floats gamma = normal(N, 5), dGamma = room(N), dBeta = room(N), row = room(ROWS), statistics = room(3 * ROWS);
        int[] targets = new int[ROWS];
        Map<String, Runnable> all = new LinkedHashMap<>();
        for (ElementwiseKernel.Unary op : ElementwiseKernel.Unary.values()) {
            all.put(op.name(), () -> kernels.elementwise().unary(op, x, y));
        }
        Broadcast rows = new Broadcast(new int[] {ROWS, N}, new int[] {N, 1}, new int[] {0, 1});
        for (ElementwiseKernel.Binary op : ElementwiseKernel.Binary.values()) {
            all.put(op.name(), () -> kernels.elementwise().binary(op, x, gamma, y, rows));
        }
        for (Activation f : Activation.values()) {
            all.put(f + " forward", () -> kernels.elementwise().activate(f, x, y));
            all.put(f + " backward", () -> kernels.elementwise().activateBackward(f, x, dy, y));
        }
        all.put("affine", () -> kernels.elementwise().affine(x, 2, 1, y));
        all.put("addScaled", () -> kernels.elementwise().addScaled(x, 0, y));
        all.put("where", () -> kernels.elementwise().where(x, x, dy, y));
        for (int inner : List.of(1, N)) {
            all.put("sum, inner " + inner, () -> kernels.reduction().sum(x, z, 1, ELEMENTS / inner, inner));
            all.put("max, inner " + inner, () -> kernels.reduction().max(x, z, 1, ELEMENTS / inner, inner));
        }
        all.put("sumOfSquares", () -> kernels.reduction().sumOfSquares(x));
        NormalizationKernel normalization = kernels.normalization();
        all.put("centered", () -> normalization.centered(ROWS, N, x, gamma, gamma, 1e-5f, y, statistics));
        all.put("centeredBackward",
                () -> normalization.centeredBackward(ROWS, N, dy, x, gamma, statistics, y, dGamma, dBeta));
        all.put("uncentered", () -> normalization.uncentered(ROWS, N, x, gamma, null, 1e-5f, y, row));
        all.put("uncenteredBackward",
                () -> normalization.uncenteredBackward(ROWS, N, dy, x, gamma, row, y, dGamma, null));
        planes(kernels, all);
        for (boolean centered : new boolean[] {true, false}) {
            var sizes = new PositionNormalizationKernel.Sizes(centered, 1, 32, ELEMENTS / 32);
            Floats moments = room(3 * sizes.positions()), g = gamma.slice(0, 32), dg = dGamma.slice(0, 32);
            PositionNormalizationKernel positions = kernels.positionNormalization();
            all.put("positions of " + sizes, () -> positions.forward(sizes, x, g, g, 1e-5f, y, moments));
            all.put("positions backward of " + sizes, () -> positions.backward(sizes, dy, x, g, moments, y, dg, dg));
        }
        for (PointwiseNormKernel.Form form : PointwiseNormKernel.Form.values()) {
            Floats alpha = Floats.of(0.5f), shift = Floats.of(0.1f);
            all.put(form + " pointwise norm",
                    () -> kernels.pointwiseNorm().forward(form, alpha, shift, ROWS, N, x, gamma, gamma, y));
            all.put(form + " pointwise norm backward",
                    () -> kernels.pointwiseNorm().backward(form, alpha, shift, ROWS, N, dy, x,
                            gamma, y, row.slice(0, 1), row.slice(1, 1), dGamma, dBeta));
        }
        all.put("softmax", () -> kernels.softmax().softmax(ROWS, N, x, y));
        all.put("softmaxBackward", () -> kernels.softmax().softmaxBackward(ROWS, N, x, dy, y));
        all.put("cross entropy",
                () -> kernels.crossEntropy().crossEntropy(ROWS, N, x, targets, -1, 0.1f, row, 1, y));
        all.put("dropout", () -> kernels.dropout().dropout(x, 0.9f, 7, y));
        all.put("scatterAdd", () -> kernels.gather().scatterAdd(dy, targets, N, z));
        Floats m = normal(ELEMENTS, 6), v = normal(ELEMENTS, 7);
        UpdateKernel.AdamW step = new UpdateKernel.AdamW(0, 0.9f, 0.99f, 1, 0, 1, 1);
        all.put("adamW", () -> kernels.update().adamW(step, z, dy, m, v));
        all.put("rmsProp",
                () -> kernels.update().rmsProp(new UpdateKernel.RmsProp(0, 0.9f, 1, 0, 1), z, dy, v, null, null));
        all.put("adagrad", () -> kernels.update().adagrad(new UpdateKernel.Adagrad(0, 1, 1), z, dy, v));
        all.put("lion", () -> kernels.update().lion(new UpdateKernel.Lion(0, 0.9f, 0.99f, 0, 1), z, dy, m));
        all.put("sgd", () -> kernels.update().sgd(new UpdateKernel.Sgd(0, 0.9f, true, 0, 1), z, dy, m));
        int bins = 2 * (ELEMENTS / 64) * 33;
        Floats spectrum = normal(bins, 8);
        all.put("fft", () -> kernels.fourier().complex(ELEMENTS / 2 / N, 1, N, x, false, 1, y));
        all.put("fft2", () -> kernels.fourier().complex(ELEMENTS / 2 / N, 32, 32, x, true, 1, y));
        all.put("fft of other sizes", () -> kernels.fourier().complex(ELEMENTS / 2 / 1009, 1, 1009, x, true, 1, y));
        all.put("rfft2", () -> kernels.fourier().real(ELEMENTS / N / 4, 64, 64, x, 1, spectrum));
        all.put("irfft2", () -> kernels.fourier().realInverse(ELEMENTS / N / 4, 64, 64, spectrum, 1, y));
        images(kernels, all);
        if (kernels.attention() instanceof SimdAttention attention) {
            attention(attention, all);
        }
        rotary(kernels, all);
        return all;
    }

    private static void rotary(Kernels kernels, Map<String, Runnable> all) {
        Floats x = normal(ELEMENTS, 1), angles = normal(ROWS * 32, 2), y = room(ELEMENTS);
        for (boolean neighbours : new boolean[] {false, true}) {
            all.put("rotary" + (neighbours ? " of neighbours" : " of halves"), () -> kernels.rotary().rotate(1, ROWS,
                    N / 64, 64, neighbours, x, angles, angles, false, y));
        }
    }

    /// The reference copies heads; the vector kernels must not.
    private static void attention(SimdAttention attention, Map<String, Runnable> all) {
        Floats q = normal(ELEMENTS, 1), k = normal(ELEMENTS, 2), v = normal(ELEMENTS, 3), dy = normal(ELEMENTS, 4);
        Floats y = room(ELEMENTS), normalizers = room(512), dq = room(ELEMENTS), dk = room(ELEMENTS),
                dv = room(ELEMENTS);
        Floats mask = normal(128, 5);
        var bias = AttentionKernel.Bias.ofPairs(normal(2 * 128 * 128, 6), 0, 128 * 128, 128);
        for (Floats keyMask : new Floats[] {null, mask}) {
            var sizes = new AttentionKernel.Sizes(1, 128, 128, 2, 1, 64, 0.125f, keyMask == null);
            String what = keyMask == null ? ", causal, biased" : ", masked";
            all.put("attention" + what,
                    () -> attention.forward(sizes, q, k, v, keyMask, keyMask == null ? bias : null, y, normalizers));
            all.put("attention backward" + what,
                    () -> attention.backward(sizes, q, k, v, keyMask, keyMask == null ? bias : null, y, normalizers, dy,
                            dq, dk, dv));
        }
    }

    /// Normalization by channel: along planes, over groups of them, and across features.
    private static void planes(Kernels kernels, Map<String, Runnable> all) {
        Floats x = normal(ELEMENTS, 1), dy = normal(ELEMENTS, 2), y = room(ELEMENTS), gamma = normal(64, 3);
        Floats dGamma = room(64), dBeta = room(64);
        PlaneNormalizationKernel normalization = kernels.planeNormalization();
        for (Planes p : List.of(new Planes(4, 16, 256, 16, true), new Planes(4, 16, 256, 4, false),
                new Planes(256, 64, 1, 64, true))) {
            Floats statistics = room(3 * p.statistics()), g = gamma.slice(0, p.channels());
            Floats dg = dGamma.slice(0, p.channels()), db = dBeta.slice(0, p.channels());
            all.put("moments of " + p, () -> normalization.moments(p, x, statistics));
            all.put("moments and normalize " + p,
                    () -> normalization.forward(p, x, g, g, 1e-5f, y, statistics));
            all.put("normalize " + p, () -> normalization.normalize(p, x, statistics, g, g, 1e-5f, y));
            all.put("backward of " + p,
                    () -> normalization.backward(p, dy, x, statistics, false, g, 1e-5f, y, dg, db));
        }
    }

    /// Both ways through convolution, with and without a stride, and all of pooling.
    private static void images(Kernels kernels, Map<String, Runnable> all) {
        Window three = Window.of(3).padding(1);
        for (int groups : List.of(1, 16)) {
            for (int stride : List.of(1, 2)) {
                Window window = three.stride(stride);
                var sizes = new ConvolutionKernel.Sizes(1, 16, 16, groups, new WindowGeometry(32, 32, window, window));
                int outputs = 16 * sizes.geometry().outPlane();
                Floats x = normal(ELEMENTS, 1), w = normal(sizes.weights(), 2), y = normal(outputs, 3);
                Floats dw = room(w.length());
                String what = ", groups " + groups + ", stride " + stride;
                ConvolutionKernel convolution = kernels.convolution();
                all.put("convolution" + what, () -> convolution.forward(sizes, x, w, null, y));
                all.put("inputGradient" + what, () -> convolution.inputGradient(sizes, y, w, x));
                all.put("weightGradient" + what, () -> convolution.weightGradient(sizes, x, y, dw));
            }
        }
        for (Window window : List.of(Window.of(2).stride(2), three.stride(2), three)) {
            WindowGeometry geometry = new WindowGeometry(32, 32, window, window);
            int outputs = 16 * geometry.outPlane();
            Floats x = normal(ELEMENTS, 1), y = normal(outputs, 2), winners = normal(outputs, 3);
            PoolingKernel pooling = kernels.pooling();
            all.put("max of " + window, () -> pooling.max(16, geometry, x, y, winners));
            all.put("maxGradient of " + window, () -> pooling.maxGradient(16, geometry, y, winners, x));
            all.put("mean of " + window, () -> pooling.mean(16, geometry, true, x, y));
            all.put("meanGradient of " + window, () -> pooling.meanGradient(16, geometry, true, y, x));
        }
    }
}
