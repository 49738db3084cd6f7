package norma.bench.workload;

import java.util.ArrayList;
import java.util.List;
import norma.bench.workload.Workload.Operation;
import norma.nn.Losses;
import norma.tensor.Indices;
import norma.tensor.Tensor;

/// Both ends of a language model: rows gathered from the table of embeddings, cross entropy of its logits.
final class ModelEnds {

    private ModelEnds() {
    }

    static List<Workload> workloads() {
        var workloads = new ArrayList<Workload>();
        workloads.add(crossEntropy(2048, 96).inQuickRun());
        workloads.add(crossEntropy(4096, 8192).inQuickRun());
        workloads.add(crossEntropy(4096, 32000));
        workloads.add(embedding(2048, 32000, 384).inQuickRun());
        return workloads;
    }

    /// Logits are read and their gradient is written: more needs not leave the cache.
    private static Workload crossEntropy(int rows, int classes) {
        double size = (double) rows * classes;
        return Workload.of("cross_entropy_fwd_bwd", rows + "x" + classes, 7 * size, 2 * 4 * size,
                () -> crossEntropyOperation(rows, classes));
    }

    private static Operation crossEntropyOperation(int rows, int classes) {
        Indices targets = Inputs.indices(2, classes, rows);
        return Passes.forwardBackward(x -> new Tensor[] {Losses.crossEntropy(x[0], targets)},
                List.of(Inputs.random(1, rows, classes)));
    }

    /// Rows are read and written forward and read backward; the gradient of the table is written whole.
    private static Workload embedding(int rows, int table, int columns) {
        return Workload.of("embedding_fwd_bwd", "%d of %dx%d".formatted(rows, table, columns), (double) rows * columns,
                4.0 * columns * (3.0 * rows + table), () -> embeddingOperation(rows, table, columns));
    }

    private static Operation embeddingOperation(int rows, int table, int columns) {
        Indices ids = Inputs.indices(2, table, rows);
        Tensor weights = Inputs.random(1, table, columns).variable();
        return Passes.forwardBackward(_ -> new Tensor[] {weights.take(ids, 0)}, List.of(), weights);
    }
}
