package norma.embeddings;

import java.util.List;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.tensor.Tensor;

/// From the vectors of a text's tokens to the text's: poolings, whose vectors stand one behind the other, and the modules behind them.
///
/// Shapes: stream (B, T, D), without padding; the result is (B, K).
///
/// @param poolings in their order
/// @param modules in their order
record Readout(List<Pooling> poolings, List<VectorModule> modules) implements Parameterized {
    /// Where no file says how to pool.
    static final Readout NONE = new Readout(List.of(), List.of());

    Tensor of(Tensor stream) {
        Tensor[] pooled = poolings.stream().map(pooling -> pooling.of(stream)).toArray(Tensor[]::new);
        Tensor x = pooled.length == 1 ? pooled[0] : Tensor.concat(1, pooled);
        for (VectorModule module : modules) {
            x = module.forward(x);
        }
        return x;
    }

    /// K
    ///
    /// @param dim D
    /// @throws IllegalArgumentException if a module asks for vectors of another size than come
    int dim(int dim) {
        int size = poolings.size() * dim;
        for (VectorModule module : modules) {
            size = module.dim(size);
        }
        return size;
    }

    /// The same modules behind other poolings, if there are any.
    Readout with(List<Pooling> others) {
        return others.isEmpty() ? this : new Readout(others, modules);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("modules", modules);
    }
}
