package norma.nn;

import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// What an attention adds to its logits by the distance from query to key, key - query: nothing but a number for each distance, so
/// that no (T, T) matrix is kept.
public interface DistanceBias extends Parameterized {

    /// The numbers of the distances 1 - T ... T - 1, (H or 1, 2 T - 1); -infinity where nothing is seen.
    ///
    /// @param length T
    Tensor of(int length);

    /// The same for each pair of the last Tq positions and all Tk, (1, H or 1, Tq, Tk).
    default Tensor ofPairs(int queries, int keys) {
        int[] distances = new int[queries * keys];
        for (int i = 0; i < distances.length; i++) {
            int query = i / keys + keys - queries, key = i % keys;
            distances[i] = key - query + keys - 1;
        }
        Tensor values = of(keys);
        return values.take(new Indices(distances, Shape.of(distances.length)), 1)
                .reshape(1, values.dim(0), queries, keys);
    }

    /// Only near keys are seen: those with -before <= key - query <= after (Longformer; Beltagy et al. 2020, arXiv 2004.05150).
    ///
    /// @param before how many keys in front of the query
    /// @param after how many behind it
    record Window(int before, int after) implements DistanceBias {

        /// Checks the numbers.
        public Window {
            if (before < 0 || after < 0) {
                throw new IllegalArgumentException(
                        "Window: a query must see itself at least; got %d keys in front and %d behind".formatted(before,
                                after));
            }
        }

        @Override
        public Tensor of(int length) {
            float[] values = new float[2 * length - 1];
            for (int i = 0; i < values.length; i++) {
                int distance = i - length + 1;
                values[i] = -before <= distance && distance <= after ? 0 : Float.NEGATIVE_INFINITY;
            }
            return Tensor.adopt(Shape.of(1, values.length), values);
        }

        @Override
        public void register(ParameterTree tree) {
            // nothing is learned
        }
    }

    /// A learned number for each head and bucket of distances: small distances have a bucket each, larger ones share buckets that
    /// grow with the distance (T5; Raffel et al. 2019, arXiv 1910.10683, section 2.1; MPNet, arXiv 2004.09297).
    ///
    /// @param table (buckets, H); the first half of the buckets are of keys in front of the query
    record Buckets(Param table) implements DistanceBias {
        /// From this distance on all are in the last bucket.
        private static final int FAR = 128;

        /// Checks the table.
        public Buckets {
            if (table.shape().rank() != 2 || table.shape().dim(0) % 4 != 0 || table.shape().dim(0) < 4) {
                throw new IllegalArgumentException(
                        "Buckets: the table must be (buckets, H), a multiple of 4 buckets; got " + table.shape());
            }
        }

        @Override
        public Tensor of(int length) {
            int[] buckets = new int[2 * length - 1];
            for (int i = 0; i < buckets.length; i++) {
                buckets[i] = bucket(i - length + 1);
            }
            return table.value().take(new Indices(buckets, Shape.of(buckets.length)), 0).transpose(0, 1);
        }

        /// In float, as in the models' own code: where a bucket begins must not depend on the rounding.
        int bucket(int distance) {
            int half = table.shape().dim(0) / 2, exact = half / 2, far = Math.abs(distance);
            int side = distance > 0 ? half : 0;
            if (far < exact) {
                return side + far;
            }
            float octaves = (float) Math.log((float) far / exact) / (float) Math.log((double) FAR / exact);
            return side + Math.min(half - 1, exact + (int) (octaves * (half - exact)));
        }

        @Override
        public void register(ParameterTree tree) {
            tree.add("table", table);
        }
    }
}
