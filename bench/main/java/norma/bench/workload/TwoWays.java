package norma.bench.workload;

import java.util.ArrayList;
import java.util.List;
import norma.bench.workload.Passes.Graph;
import norma.tensor.Tensor;

/// A pair of workloads on matrices of N x D: forward alone, and forward with backward.
final class TwoWays {

    private TwoWays() {
    }

    /// What an element costs.
    ///
    /// @param flops forward
    /// @param bothFlops forward and backward
    /// @param tensors read and written forward
    /// @param bothTensors forward and backward
    record Cost(int flops, int bothFlops, int tensors, int bothTensors) {
    }

    /// Adds `name_fwd` and `name_fwd_bwd`.
    ///
    /// @param quick whether the second, which has the first in it, is in the quick run
    /// @param inputs how many matrices the graph takes
    /// @param parameters variables that it uses besides
    static void add(List<Workload> workloads, String name, int n, int d, Cost cost, boolean quick, int inputs,
            Graph graph,
            Tensor... parameters) {
        double size = (double) n * d;
        String shape = n + "x" + d;
        Workload forward = Workload.of(name + "_fwd", shape, cost.flops() * size, 4 * cost.tensors() * size, () -> {
            Tensor[] x = inputs(inputs, n, d).toArray(Tensor[]::new);
            return Passes.forward(() -> graph.of(x)[0]);
        });
        Workload backward =
                Workload.of(name + "_fwd_bwd", shape, cost.bothFlops() * size, 4 * cost.bothTensors() * size,
                        () -> Passes.forwardBackward(graph, inputs(inputs, n, d), parameters));
        workloads.add(forward);
        workloads.add(quick ? backward.inQuickRun() : backward);
    }

    private static List<Tensor> inputs(int count, int n, int d) {
        var inputs = new ArrayList<Tensor>();
        for (int i = 0; i < count; i++) {
            inputs.add(Inputs.random(i + 1, n, d));
        }
        return inputs;
    }
}
