package norma.embeddings.onnx;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import norma.embeddings.huggingface.Weights;
import norma.kernel.Matrix;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Weights that were found in a graph, by the names they have in Hugging Face's files.
final class OnnxWeights implements Weights {

    /// A weight and whether it stands as (in, out).
    private record Stored(OnnxTensor tensor, boolean transposed) {
        boolean isShaped(Shape shape) {
            long[] axes = tensor.shape();
            if (transposed) {
                return axes[0] == shape.dim(-1) && axes[1] == shape.dim(0);
            }
            return axes.length == shape.rank() && axes[0] == shape.dim(0) && axes[axes.length - 1] == shape.dim(-1);
        }
    }

    private final Map<String, Stored> weights = new HashMap<>();

    void add(String name, OnnxTensor tensor, boolean transposed) {
        weights.put(name, new Stored(tensor, transposed));
    }

    void add(String prefix, OnnxWeights others) {
        others.weights.forEach((name, stored) -> weights.put(prefix + name, stored));
    }

    Set<String> names() {
        return weights.keySet();
    }

    String nameInFile(String name) {
        return weights.get(name).tensor.name();
    }

    int axis(String name, int axis) {
        return (int) weights.get(name).tensor.shape()[axis];
    }

    boolean isHalf(String name) {
        return weights.get(name).tensor.isHalf();
    }

    boolean has(String name) {
        return weights.containsKey(name);
    }

    @Override
    public float[] take(String name, Shape shape) {
        float[] values = taken(name, shape).tensor.floats();
        // exporters write equal vectors once, and then two layers would learn together
        return shape.rank() == 1 ? values.clone() : values;
    }

    @Override
    public Matrix linear(String name, int out, int in) {
        Stored stored = taken(name, Shape.of(out, in));
        Shape shape = stored.transposed ? Shape.of(in, out) : Shape.of(out, in);
        Matrix matrix = Matrix.of(Tensor.adopt(shape, stored.tensor.floats()).data(), shape.dim(0), shape.dim(1));
        return stored.transposed ? matrix.transpose() : matrix;
    }

    /// The weight is removed, so that its numbers are in memory once.
    private Stored taken(String name, Shape shape) {
        Stored stored = weights.remove(name);
        if (stored == null || !stored.isShaped(shape)) {
            throw new IllegalArgumentException("weight %s must be %s; got %s"
                    .formatted(name, shape, stored == null ? "none of that name" : stored));
        }
        return stored;
    }
}
