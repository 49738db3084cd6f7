package norma.embeddings.onnx;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import norma.embeddings.model.Weights;
import norma.tensor.Shape;

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

    private static final int SQUARE = 16;

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

    @Override
    public boolean has(String name) {
        return weights.containsKey(name);
    }

    /// The weight is given once; it is not kept, so that what was transposed is in memory once.
    @Override
    public float[] take(String name, Shape shape) {
        Stored stored = weights.remove(name);
        if (stored == null || !stored.isShaped(shape)) {
            throw new IllegalArgumentException("weight %s must be %s; got %s"
                    .formatted(name, shape, stored == null ? "none of that name" : stored));
        }
        float[] values = stored.tensor.floats();
        return stored.transposed ? transposed(values, shape.dim(0), shape.dim(1)) : values;
    }

    /// (in, out) to (out, in), in squares that stay in cache.
    private static float[] transposed(float[] values, int out, int in) {
        float[] result = new float[values.length];
        for (int o = 0; o < out; o += SQUARE) {
            for (int i = 0; i < in; i += SQUARE) {
                transpose(values, result, out, in, o, i);
            }
        }
        return result;
    }

    private static void transpose(float[] values, float[] result, int out, int in, int firstOut, int firstIn) {
        for (int o = firstOut; o < Math.min(out, firstOut + SQUARE); o++) {
            for (int i = firstIn; i < Math.min(in, firstIn + SQUARE); i++) {
                result[o * in + i] = values[i * out + o];
            }
        }
    }
}
