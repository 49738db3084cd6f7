package norma.bench.workload;

import java.util.ArrayList;
import java.util.List;
import norma.norm.feature.LayerNorm;
import norma.norm.feature.RmsNorm;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// The norms, with their gains and biases, and softmax: rows of D features.
final class Norms {

    private Norms() {
    }

    static List<Workload> workloads() {
        var workloads = new ArrayList<Workload>();
        for (int[] size : new int[][] {{4096, 1024}, {4096, 384}, {1, 768}}) {
            int n = size[0];
            int d = size[1];
            boolean quick = d != 384;
            Tensor gamma = Tensor.full(Shape.of(d), 1).variable();
            Tensor beta = Tensor.full(Shape.of(d), 0).variable();
            TwoWays.add(workloads, "layer_norm", n, d, new TwoWays.Cost(7, 20, 2, 5), quick, 1,
                    x -> new Tensor[] {LayerNorm.apply(x[0], gamma, beta, LayerNorm.EPS)}, gamma,
                    beta);
            if (n > 1) {
                TwoWays.add(workloads, "residual_layer_norm", n, d, new TwoWays.Cost(8, 22, 4, 8), quick, 2, x -> {
                    Tensor s = x[0].add(x[1]);
                    return new Tensor[] {s, LayerNorm.apply(s, gamma, beta, LayerNorm.EPS)};
                }, gamma, beta);
            }
            TwoWays.add(workloads, "rms_norm", n, d, new TwoWays.Cost(4, 14, 2, 5), quick && n > 1, 1,
                    x -> new Tensor[] {RmsNorm.apply(x[0], gamma, RmsNorm.EPS)}, gamma);
        }
        TwoWays.add(workloads, "softmax", 4096, 1024, new TwoWays.Cost(5, 9, 2, 5), true, 1,
                x -> new Tensor[] {x[0].softmax(-1)});
        return workloads;
    }
}
