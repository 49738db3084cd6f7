package norma.bench.workload;

import java.util.ArrayList;
import java.util.List;
import norma.nn.ScaledDotProduct;
import norma.tensor.Tensor;

/// Scaled dot-product attention of B sequences, H heads, T positions and D features a head; q, k and v (B, T, H * D).
///
/// FLOPs as FlashAttention counts them (Dao 2023, arXiv 2307.08691): two products forward, five backward, since the scores
/// are computed again; causal attention needs half.
final class Attentions {
    private static final int BATCH = 8;
    private static final int HEADS = 12;
    private static final int SIZE = 64;

    private Attentions() {
    }

    static List<Workload> workloads() {
        var workloads = new ArrayList<Workload>();
        for (boolean backward : new boolean[] {false, true}) {
            for (int time : new int[] {128, 256, 512, 1024}) {
                for (boolean causal : new boolean[] {false, true}) {
                    Workload workload = workload(time, causal, backward);
                    workloads.add(time == 512 && (backward || !causal) ? workload.inQuickRun() : workload);
                }
            }
        }
        return workloads;
    }

    private static Workload workload(int time, boolean causal, boolean backward) {
        double seen = causal ? time * (time + 1.0) / 2 : (double) time * time;
        double product = 2.0 * BATCH * HEADS * SIZE * seen;
        double tensor = 4.0 * BATCH * HEADS * time * SIZE;
        String shape = "B %d, H %d, T %d, D %d%s".formatted(BATCH, HEADS, time, SIZE, causal ? ", causal" : "");
        // forward q, k, v, y; backward q, k, v, y, dy, dq, dk, dv
        return backward
                ? Workload.of("attention_fwd_bwd", shape, 7 * product, 12 * tensor,
                        () -> Passes.forwardBackward(x -> new Tensor[] {attention(x, causal)}, inputs(time)))
                : Workload.of("attention_fwd", shape, 2 * product, 4 * tensor, () -> {
                    Tensor[] x = inputs(time).toArray(Tensor[]::new);
                    return Passes.forward(() -> attention(x, causal));
                });
    }

    private static Tensor attention(Tensor[] x, boolean causal) {
        return ScaledDotProduct.apply(x[0], x[1], x[2], HEADS, causal);
    }

    private static List<Tensor> inputs(int time) {
        return List.of(Inputs.random(1, BATCH, time, HEADS * SIZE), Inputs.random(2, BATCH, time, HEADS * SIZE),
                Inputs.random(3, BATCH, time, HEADS * SIZE));
    }
}
