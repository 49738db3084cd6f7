package norma.bench.workload;

import java.util.ArrayList;
import java.util.List;
import norma.bench.workload.TwoWays.Cost;
import norma.kernel.Activation;
import norma.nn.Dropout;
import norma.tensor.BufferPool;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// What a feed-forward layer does to each element on its own.
final class Elementwise {
    private static final int ROWS = 2048;
    private static final int COLUMNS = 1536;
    private static final Dropout DROPOUT = new Dropout(0.1f);

    private Elementwise() {
    }

    static List<Workload> workloads() {
        var workloads = new ArrayList<Workload>();
        activation(workloads, "gelu_erf", Activation.GELU_ERF, new Cost(5, 14, 2, 5));
        activation(workloads, "gelu_tanh", Activation.GELU_TANH, new Cost(9, 23, 2, 5));
        activation(workloads, "silu", Activation.SILU, new Cost(4, 11, 2, 5));
        Tensor bias = Inputs.random(9, COLUMNS).variable();
        TwoWays.add(workloads, "bias_gelu", ROWS, COLUMNS, new Cost(6, 16, 2, 5), true, 1,
                x -> new Tensor[] {x[0].add(bias).gelu()}, bias);
        dropout(workloads);
        return workloads;
    }

    private static void activation(List<Workload> workloads, String name, Activation f, Cost cost) {
        TwoWays.add(workloads, name, ROWS, COLUMNS, cost, true, 1, x -> new Tensor[] {x[0].activate(f)});
    }

    /// Its forward pass needs a tape that trains.
    private static void dropout(List<Workload> workloads) {
        var both = new ArrayList<Workload>();
        TwoWays.add(both, "dropout", ROWS, COLUMNS, new Cost(2, 3, 2, 4), true, 1,
                x -> new Tensor[] {DROPOUT.forward(x[0])});
        Workload forward = both.getFirst();
        workloads.add(Workload.of(forward.name(), forward.shape(), forward.flops(), forward.bytes(), () -> {
            var pool = new BufferPool();
            Tensor x = Inputs.random(1, ROWS, COLUMNS);
            return () -> {
                try (Tape _ = Tape.training(pool, 1)) {
                    return DROPOUT.forward(x);
                }
            };
        }));
        workloads.add(both.getLast());
    }
}
