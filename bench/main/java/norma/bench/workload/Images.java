package norma.bench.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import norma.kernel.Window;
import norma.nn.AvgPool2d;
import norma.nn.Conv2d;
import norma.nn.MaxPool2d;
import norma.tensor.Tensor;

/// Convolution and pooling of 64 images with 64 channels of 32 x 32.
final class Images {
    private static final String IMAGES = "64x64x32x32";
    private static final int CHANNELS = 64;
    private static final double ELEMENTS = 64.0 * CHANNELS * 32 * 32;

    private Images() {
    }

    static List<Workload> workloads() {
        var workloads = new ArrayList<Workload>();
        Window three = Window.of(3).padding(1);
        convolution(workloads, "64 of 3x3, padding 1", three, 1);
        convolution(workloads, "64 of 1x1", Window.of(1), 1);
        convolution(workloads, "64 of 3x3, padding 1, 64 groups", three, CHANNELS);
        Window half = Window.of(2).stride(2);
        pooling(workloads, "max_pool", MaxPool2d.of(half)::forward);
        pooling(workloads, "avg_pool", AvgPool2d.of(half)::forward);
        return workloads;
    }

    /// Each way costs as many products as the other two; backward reads x and dy and writes dx.
    private static void convolution(List<Workload> workloads, String filters, Window window, int groups) {
        double flops = 2 * ELEMENTS * CHANNELS / groups * window.size() * window.size();
        int[] weights = {CHANNELS, CHANNELS / groups, window.size(), window.size()};
        String shape = IMAGES + ", " + filters;
        workloads.add(Workload.of("conv2d_fwd", shape, flops, 2 * 4 * ELEMENTS, () -> {
            Tensor x = image(), w = Inputs.random(2, weights);
            return Passes.forward(() -> Conv2d.apply(x, w, window, window, groups));
        }));
        workloads.add(Workload.of("conv2d_fwd_bwd", shape, 3 * flops, 5 * 4 * ELEMENTS, () -> {
            Tensor w = Inputs.random(2, weights).variable();
            return Passes.forwardBackward(
                    x -> new Tensor[] {Conv2d.apply(x[0], w, window, window, groups)}, List.of(image()), w);
        }).inQuickRun());
    }

    /// An output is a quarter of an input; backward reads the outputs' gradients and writes the inputs'.
    private static void pooling(List<Workload> workloads, String name, UnaryOperator<Tensor> f) {
        String shape = IMAGES + ", 2x2";
        workloads.add(Workload.of(name + "_fwd", shape, ELEMENTS, 1.25 * 4 * ELEMENTS, () -> {
            Tensor x = image();
            return Passes.forward(() -> f.apply(x));
        }));
        workloads.add(Workload.of(name + "_fwd_bwd", shape, 1.25 * ELEMENTS, 2.5 * 4 * ELEMENTS,
                () -> Passes.forwardBackward(x -> new Tensor[] {f.apply(x[0])}, List.of(image()))).inQuickRun());
    }

    private static Tensor image() {
        return Inputs.random(1, 64, CHANNELS, 32, 32);
    }
}
