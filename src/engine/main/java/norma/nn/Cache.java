package norma.nn;

import java.util.IdentityHashMap;
import java.util.Map;
import norma.backend.Backend;
import norma.kernel.Floats;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Keys and values that the attention layers of a model computed for the tokens so far, so that each new token costs one
/// position. Every attention has its own entry, those inside adaptive norms too.
///
/// For inference: what is stored is detached from any tape.
public final class Cache {

    /// What one attention remembers, (B, length, width) each.
    record Entry(Tensor keys, Tensor values) {
    }

    private final Map<Parameterized, Buffer> buffers = new IdentityHashMap<>();
    private final Map<Parameterized, Cache> inner = new IdentityHashMap<>();
    private int length;

    /// An empty cache.
    public Cache() {
    }

    /// How many positions the model has seen.
    public int length() {
        return length;
    }

    /// Counts positions that the model has now seen; called by the model, after its layers.
    public void advance(int positions) {
        length += positions;
    }

    /// The cache of the parts inside `part`.
    Cache inside(Parameterized part) {
        return inner.computeIfAbsent(part, _ -> new Cache());
    }

    /// How many positions an attention has seen.
    public int length(Parameterized attention) {
        Buffer buffer = buffers.get(attention);
        return buffer == null ? 0 : buffer.length;
    }

    /// Adds the keys and values (B, T, width) of new positions and returns those of all positions.
    Entry append(Parameterized attention, Tensor keys, Tensor values) {
        Buffer buffer = buffers.computeIfAbsent(attention, _ -> new Buffer(keys.dim(0), keys.dim(2)));
        return buffer.append(keys, values);
    }

    /// Tensors that double when full; with one sequence the filled part is a view, with several a copy.
    private static final class Buffer {
        private final int batch;
        private final int width;
        private int capacity;
        private int length;
        private Tensor keys;
        private Tensor values;

        Buffer(int batch, int width) {
            this.batch = batch;
            this.width = width;
            keys = empty(0);
            values = empty(0);
        }

        /// On floats of its own: it outlives the tapes of the single steps.
        private Tensor empty(int capacity) {
            return Tensor.of(Shape.of(batch, capacity, width), new float[batch * capacity * width]);
        }

        Entry append(Tensor newKeys, Tensor newValues) {
            if (newKeys.dim(0) != batch || newKeys.dim(2) != width) {
                throw new IllegalArgumentException(
                        "Cache: keys must be (%d, T, %d) as before; got %s; one cache serves one batch"
                                .formatted(batch, width, newKeys.shape()));
            }
            int added = newKeys.dim(1);
            if (length + added > capacity) {
                int larger = Math.max(2 * capacity, length + added);
                keys = grown(keys, larger);
                values = grown(values, larger);
                capacity = larger;
            }
            copy(newKeys, added, keys, length);
            copy(newValues, added, values, length);
            length += added;
            return new Entry(keys.slice(1, 0, length), values.slice(1, 0, length));
        }

        /// Copies the first positions of each sequence to those from `at` on.
        private void copy(Tensor from, int positions, Tensor to, int at) {
            Floats target = to.data();
            Backend.kernels().elementwise().copyRows(batch, positions * width, from.data(), from.dim(1) * width,
                    target.slice(at * width, target.length() - at * width), to.dim(1) * width);
        }

        private Tensor grown(Tensor old, int larger) {
            Tensor grown = empty(larger);
            copy(old, length, grown, 0);
            return grown;
        }
    }
}
