package norma.embeddings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.Stream;
import norma.embeddings.VectorIndex.Hit;
import norma.parallel.Workers;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// The vectors nearest to each of some queries, among all that pass by, block after block.
///
/// A product of matrices in float says of each vector how near it can be at most. What can be among the nearest is then computed in
/// double, which decides: so the result is that of doubles throughout, with the same bits on any number of threads and any width of
/// SIMD.
final class Search {
    /// Queries of one product: its result stays small.
    private static final int TOGETHER = 64;

    /// Half a unit in the last place of a float of 1.
    private static final double ROUNDING = 0x1p-24;

    /// What a float below the normal ones is off by at most, and more.
    private static final double SMALLEST = Float.MIN_VALUE;

    private final Metric metric;
    private final float[][] queries;
    private final double[] lengths;
    private final int dimensions;
    private final int k;
    private final List<PriorityQueue<Hit>> best;
    private long passed;

    /// @throws IllegalArgumentException if k is less than 1, or a query has another length, NaN or an infinity
    Search(Metric metric, int dimensions, int k, float[]... queries) {
        if (k < 1) {
            throw new IllegalArgumentException("VectorIndex: k must be at least 1; got " + k);
        }
        VectorIndex.check(dimensions, queries);
        this.metric = metric;
        this.dimensions = dimensions;
        this.k = k;
        this.queries = queries;
        this.lengths = Arrays.stream(queries).mapToDouble(q -> VectorBlock.length(q, 0, dimensions)).toArray();
        this.best = Stream.generate(() -> new PriorityQueue<>(nearestFirst().reversed())).limit(queries.length)
                .toList();
    }

    /// Among those that are equally near, the one that came first.
    private Comparator<Hit> nearestFirst() {
        return Comparator.comparingDouble((Hit hit) -> -metric.nearness(hit.value())).thenComparingLong(Hit::number);
    }

    /// Compares the next vectors with each query.
    void pass(VectorBlock block) {
        for (int from = 0; from < queries.length; from += TOGETHER) {
            int first = from, count = Math.min(TOGETHER, queries.length - from);
            float[] products = products(first, count, block);
            int stride = products.length / count;
            Workers.split(count, 1, (begin, end) -> {
                for (int q = begin; q < end; q++) {
                    choose(first + q, products, q * stride, block);
                }
            });
        }
        passed += block.count();
    }

    /// Q X^T of some queries (Q, D) and vectors (R, D): (Q, R)
    private float[] products(int first, int count, VectorBlock block) {
        float[] rows = new float[count * dimensions];
        for (int i = 0; i < count; i++) {
            System.arraycopy(queries[first + i], 0, rows, i * dimensions, dimensions);
        }
        try (Tape _ = Tape.inference()) {
            Tensor q = Tensor.adopt(Shape.of(count, dimensions), rows);
            Tensor x = Tensor.adopt(Shape.of(block.rows().length / dimensions, dimensions), block.rows());
            return q.matmulTransposed(x).toArray();
        }
    }

    /// The sum of D products in float is off by at most D u |q| |x|, u = 2^-24 (Higham 2002, "Accuracy and Stability of Numerical
    /// Algorithms", section 3.1), and by what is lost among the smallest numbers; twice that covers the roundings of this bound. Where
    /// float overflows it says nothing.
    private void choose(int query, float[] products, int at, VectorBlock block) {
        PriorityQueue<Hit> nearest = best.get(query);
        double length = lengths[query], relative = 2 * dimensions * ROUNDING, absolute = 2 * dimensions * SMALLEST;
        double worst = worst(nearest);
        for (int i = 0; i < block.count(); i++) {
            double dot = products[at + i] + relative * length * block.lengths()[i] + absolute;
            if (metric.nearest(dot, length, block.lengths()[i]) > worst || !Float.isFinite(products[at + i])) {
                offer(nearest, new Hit(passed + i, metric.of(queries[query], row(block, i))));
                worst = worst(nearest);
            }
        }
    }

    private void offer(PriorityQueue<Hit> nearest, Hit hit) {
        nearest.add(hit);
        if (nearest.size() > k) {
            nearest.remove();
        }
    }

    /// What a vector must exceed; one that is as near came later.
    private double worst(PriorityQueue<Hit> nearest) {
        return nearest.size() < k ? Double.NEGATIVE_INFINITY : metric.nearness(nearest.peek().value());
    }

    private float[] row(VectorBlock block, int i) {
        return Arrays.copyOfRange(block.rows(), i * dimensions, (i + 1) * dimensions);
    }

    /// For each query, from the nearest on.
    List<List<Hit>> hits() {
        List<List<Hit>> hits = new ArrayList<>();
        best.forEach(nearest -> hits.add(nearest.stream().sorted(nearestFirst()).toList()));
        return hits;
    }
}
