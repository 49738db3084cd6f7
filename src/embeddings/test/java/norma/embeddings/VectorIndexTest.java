package norma.embeddings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import norma.embeddings.VectorIndex.Hit;
import norma.parallel.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VectorIndexTest {
    /// Few numbers, so that many vectors are equally near.
    private static float[][] coarse(int count, int dimensions, long seed) {
        var random = new SplittableRandom(seed);
        float[][] vectors = new float[count][dimensions];
        for (float[] vector : vectors) {
            for (int i = 0; i < dimensions; i++) {
                vector[i] = random.nextInt(-1, 2);
            }
        }
        return vectors;
    }

    /// Some so near to each other that float can't tell which is nearer, and of all lengths.
    private static float[][] close(int count, int dimensions, long seed) {
        var random = new SplittableRandom(seed);
        float[] middle = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            middle[i] = (float) random.nextGaussian();
        }
        float[][] vectors = new float[count][dimensions];
        for (float[] vector : vectors) {
            float scale = random.nextInt(4) == 0 ? (float) Math.pow(10, random.nextInt(-30, 18)) : 1;
            for (int i = 0; i < dimensions; i++) {
                vector[i] = scale * (middle[i] + (float) random.nextGaussian() * 1e-6f);
            }
        }
        return vectors;
    }

    /// All of them in double, sorted.
    private static List<Hit> sorted(Metric metric, float[][] vectors, float[] query, int k) {
        List<Hit> hits = new ArrayList<>();
        for (int i = 0; i < vectors.length; i++) {
            hits.add(new Hit(i, metric.of(query, vectors[i])));
        }
        Comparator<Hit> order = Comparator.comparingDouble(Hit::value);
        hits.sort(metric == Metric.EUCLIDEAN ? order : order.reversed());
        return hits.subList(0, Math.min(k, hits.size()));
    }

    private static VectorIndex index(Metric metric, float[][] vectors) {
        VectorIndex index = VectorIndex.of(metric, vectors[0].length);
        int third = vectors.length / 3;
        index.add(Arrays.copyOfRange(vectors, 0, third));
        index.add(vectors[third]);
        index.add(Arrays.copyOfRange(vectors, third + 1, vectors.length));
        return index;
    }

    @ParameterizedTest
    @EnumSource
    void findsWhatSortingInDoubleFinds(Metric metric) {
        List<float[][]> cases = List.of(coarse(2000, 5, 1), close(3000, 67, 2), coarse(1, 3, 3),
                coarse(4000, 384, 4)); // more than a block
        for (float[][] vectors : cases) {
            VectorIndex index = index(metric, vectors);
            assertEquals(vectors.length, index.size());
            float[][] queries = Arrays.copyOf(vectors, Math.min(70, vectors.length)); // more than go into a product
            for (int k : new int[] {1, 40, vectors.length > 3000 ? 2 : 3000}) {
                List<List<Hit>> found = index.nearest(queries, k);
                for (int q = 0; q < queries.length; q += 23) {
                    assertEquals(sorted(metric, vectors, queries[q], k), found.get(q));
                    assertEquals(found.get(q), index.nearest(queries[q], k));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void numbersThatFloatsCannotMultiply(Metric metric) {
        float[][] vectors = {{1e30f, 0, 1}, {-1e30f, 3, 1}, {1e-40f, 1e-44f, 0}, {0, 0, 0}, {3e38f, 3e38f, 3e38f},
                {1e-30f, 2e-30f, 0}, {2, 1, 1}};
        VectorIndex index = index(metric, vectors);
        for (float[] query : vectors) {
            assertEquals(sorted(metric, vectors, query, 7), index.nearest(query, 7));
            assertEquals(sorted(metric, vectors, query, 2), index.nearest(query, 2));
        }
    }

    @Test
    void equallyNearOnesKeepTheirOrder() {
        float[][] same = new float[5000][];
        Arrays.fill(same, new float[] {0.1f, 0.7f, -0.3f});
        List<Hit> hits = index(Metric.COSINE, same).nearest(same[0], 100);
        assertEquals(LongStream.range(0, 100).boxed().toList(), hits.stream().map(Hit::number).toList());
    }

    @Test
    void anEmptyIndexFindsNothing() {
        assertEquals(List.of(), VectorIndex.of(Metric.DOT, 3).nearest(new float[3], 5));
        assertEquals(List.of(), VectorIndex.of(Metric.DOT, 3).nearest(new float[0][], 5));
    }

    @Test
    void threadsDoNotChangeBits() {
        float[][] vectors = close(6000, 384, 5);
        VectorIndex index = index(Metric.COSINE, vectors);
        List<Hit> expected = index.nearest(vectors[0], 50);
        for (int threads : new int[] {1, 3}) {
            try (var workers = new Workers(threads)) {
                assertEquals(expected, workers.call(() -> index.nearest(vectors[0], 50)));
            }
        }
    }

    @Test
    void manyThreadsSearchWhileOneAdds() throws Exception {
        float[][] vectors = coarse(2100, 700, 6);
        VectorIndex index = VectorIndex.of(Metric.DOT, 700);
        index.add(vectors[0]);
        Callable<Integer> searches = () -> {
            int found = 0;
            while (index.size() < vectors.length) {
                List<Hit> hits = index.nearest(vectors[0], 10000);
                assertTrue(hits.size() >= found, "what was there stays there");
                assertEquals((hits.size() - 1) % 7, 0, "all or nothing of one call");
                assertEquals(sorted(Metric.DOT, Arrays.copyOf(vectors, hits.size()), vectors[0], 5),
                        hits.subList(0, Math.min(5, hits.size())));
                found = hits.size();
            }
            return found;
        };
        try (var threads = Executors.newFixedThreadPool(3)) {
            List<Future<Integer>> results = List.of(threads.submit(searches), threads.submit(searches));
            for (int i = 1; i < vectors.length; i += 7) {
                index.add(Arrays.copyOfRange(vectors, i, Math.min(i + 7, vectors.length)));
            }
            for (Future<Integer> result : results) {
                result.get();
            }
        }
    }

    private static void refused(String expected, Runnable task) {
        String message = assertThrows(IllegalArgumentException.class, task::run).getMessage();
        assertTrue(message.contains(expected), message);
    }

    @Test
    void whatCannotBeComparedIsRefusedAndNothingAdded() {
        VectorIndex index = VectorIndex.of(Metric.COSINE, 2);
        refused("element 1 of number 1 is NaN", () -> index.add(new float[2], new float[] {1, Float.NaN}));
        refused("is -Infinity", () -> index.add(new float[] {Float.NEGATIVE_INFINITY, 1}));
        refused("must have 2 elements; number 0 has 3", () -> index.add(new float[3]));
        refused("is NaN", () -> index.nearest(new float[] {Float.NaN, 0}, 1));
        refused("k must be at least 1; got 0", () -> index.nearest(new float[2], 0));
        refused("dimensions must be at least 1; got 0", () -> VectorIndex.of(Metric.DOT, 0));
        assertEquals(0, index.size());
    }
}
