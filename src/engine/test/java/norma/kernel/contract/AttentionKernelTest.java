package norma.kernel.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import norma.kernel.Floats;
import norma.parallel.Workers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Attention against the formula in float64 with whole matrices, and its laws.
class AttentionKernelTest {
    private static final float GUARD = 12345;

    private static List<AttentionKernel> sets() {
        return Samples.sets().stream().map(Kernels::attention).toList();
    }

    private static Stream<Arguments> problems() {
        List<Problem> problems = new ArrayList<>();
        for (int t : new int[] {1, 3, 17, 63, 65, 130}) {
            problems.add(new Problem(2, t, t, 3, 8, false));
            problems.add(new Problem(1, t, t, 2, 24, true));
            problems.add(new Problem(1, 65, t, 1, 8, true));
            problems.add(new Problem(1, t, 130, 1, 16, true));
            problems.add(new Problem(2, t, 65, 1, 16, false));
        }
        for (int d : new int[] {1, 2, 8, 24, 64, 80, 100}) {
            problems.add(new Problem(1, 66, 70, 2, d, false));
            problems.add(new Problem(2, 70, 70, 1, d, true));
        }
        problems.add(new Problem(1, 600, 700, 2, 4, true));
        problems.add(new Problem(1, 1100, 1100, 1, 8, false));
        problems.add(new Problem(1, 1, 1500, 2, 32, true));
        for (int t : new int[] {1, 2, 3, 70}) {
            problems.add(new Problem(2, t, 70, 6, 2, 8, true));
            problems.add(new Problem(1, t, 130, 4, 1, 80, false));
        }
        problems.add(new Problem(1, 30, 1100, 4, 2, 8, true));
        return sets().stream().flatMap(set -> problems.stream().map(problem -> Arguments.of(set, problem)));
    }

    @ParameterizedTest
    @MethodSource("problems")
    void agreesWithTheFormula(AttentionKernel attention, Problem problem) {
        Case c = new Case(problem, 1);
        c.run(attention);
        c.check();
    }

    @ParameterizedTest
    @MethodSource("problems")
    void agreesWithTheFormulaUnderAMask(AttentionKernel attention, Problem problem) {
        Case c = new Case(problem, 2).mask(j -> j * j % 7 < 3 ? 1 : 0);
        c.run(attention);
        c.check();
    }

    @ParameterizedTest
    @MethodSource("problems")
    void agreesWithTheFormulaUnderABias(AttentionKernel attention, Problem problem) {
        new Case(problem, 2).bias(true, true).run(attention).check();
        new Case(problem, 2).bias(true, false).run(attention).check();
        new Case(problem, 2).bias(false, true).mask(j -> j * j % 7 < 3 ? 1 : 0).run(attention).check();
        new Case(problem, 2).bias(false, false).run(attention).check();
        if (problem.queries == problem.keys) {
            new Case(problem, 2).distances().run(attention).check();
        }
    }

    @ParameterizedTest
    @MethodSource("problems")
    void threadsDoNotChangeTheBits(AttentionKernel attention, Problem problem) {
        Case one = new Case(problem, 3);
        Case three = new Case(problem, 3);
        try (Workers alone = new Workers(1); Workers team = new Workers(3)) {
            alone.call(() -> one.run(attention));
            team.call(() -> three.run(attention));
        }
        three.checkSameBits(one);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void compilationDoesNotChangeTheBits(AttentionKernel attention) {
        Problem problem = new Problem(1, 37, 41, 2, 20, true);
        Case cold = new Case(problem, 4);
        cold.run(attention);
        Case hot = new Case(problem, 4);
        for (int i = 0; i < 1500; i++) {
            hot.run(attention);
        }
        hot.checkSameBits(cold);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void theFutureDoesNotChangeThePast(AttentionKernel attention) {
        Problem problem = new Problem(2, 150, 150, 2, 16, true);
        for (int now : new int[] {1, 7, 64, 100, 128}) {
            Case one = new Case(problem, 5);
            Case other = new Case(problem, 5);
            for (int b = 0; b < 2; b++) {
                int from = (b * 150 + now) * 32;
                other.k.slice(from, (150 - now) * 32).fill(7);
                other.v.slice(from, (150 - now) * 32).fill(-3);
            }
            one.run(attention);
            other.run(attention);
            for (int b = 0; b < 2; b++) {
                assertArrayEquals(one.y.slice(b * 150 * 32, now * 32).toArray(),
                        other.y.slice(b * 150 * 32, now * 32).toArray());
                for (int h = 0; h < 2; h++) {
                    assertArrayEquals(one.normalizers.slice((b * 2 + h) * 300, now).toArray(),
                            other.normalizers.slice((b * 2 + h) * 300, now).toArray());
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void maskedKeysLeakNothing(AttentionKernel attention) {
        Problem problem = new Problem(2, 70, 90, 2, 8, false);
        Case clean = new Case(problem, 6).mask(j -> j % 90 < 60 ? 1 : 0);
        Case dirty = new Case(problem, 6).mask(j -> j % 90 < 60 ? 1 : 0);
        for (int b = 0; b < 2; b++) {
            dirty.k.slice((b * 90 + 60) * 16, 30 * 16).fill(Float.NaN);
            dirty.v.slice((b * 90 + 60) * 16, 30 * 16).fill(Float.POSITIVE_INFINITY);
        }
        clean.run(attention);
        dirty.run(attention);
        dirty.checkSameBits(clean);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void queriesThatSeeNothingGiveZeros(AttentionKernel attention) {
        Case c = new Case(new Problem(3, 20, 20, 2, 8, true), 7).mask(j -> j < 25 ? 0 : 1);
        c.run(attention);
        c.check();
        int blind = (20 + 5) * 16;
        assertArrayEquals(new float[blind], c.y.slice(0, blind).toArray());
        assertArrayEquals(new float[blind], c.dq.slice(0, blind).toArray());
        assertArrayEquals(new float[blind], c.dk.slice(0, blind).toArray());
        assertArrayEquals(new float[blind], c.dv.slice(0, blind).toArray());
        for (int head = 0; head < 3; head++) {
            assertArrayEquals(new float[head < 2 ? 20 : 5],
                    c.normalizers.slice(head * 40 + 20, head < 2 ? 20 : 5).toArray());
        }
        assertTrue(c.normalizers.get(2 * 40 + 25) >= 1);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void notANumberStaysInItsHead(AttentionKernel attention) {
        Problem problem = new Problem(2, 66, 66, 2, 8, false);
        Case clean = new Case(problem, 8);
        Case dirty = new Case(problem, 8);
        dirty.q.array()[dirty.q.offset() + 5 * 16 + 3] = Float.NaN;
        clean.run(attention);
        dirty.run(attention);
        for (Floats[] pair : new Floats[][] {{clean.y, dirty.y}, {clean.dq, dirty.dq}, {clean.dk, dirty.dk},
                {clean.dv, dirty.dv}}) {
            boolean found = false;
            for (int i = 0; i < pair[0].length(); i++) {
                boolean sameHead = i < 66 * 16 && i % 16 < 8;
                if (sameHead) {
                    found |= Float.isNaN(pair[1].get(i));
                } else {
                    assertEquals(pair[0].get(i), pair[1].get(i));
                }
            }
            assertTrue(found);
        }
        for (int c = 0; c < 8; c++) {
            assertTrue(Float.isNaN(dirty.y.get(5 * 16 + c)));
            assertFalse(Float.isNaN(dirty.y.get(6 * 16 + c)));
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void notANumberIsNotLost(AttentionKernel attention) {
        for (int queries : new int[] {1, 5}) {
            Case c = new Case(new Problem(1, queries, 40, 1, 8, false), 10);
            c.q.array()[c.q.offset()] = Float.NaN;
            c.run(attention);
            assertTrue(Float.isNaN(c.y.get(7)));
            assertTrue(Float.isNaN(c.dk.get(3)));
        }
    }

    /// Later keys move the maximum, now by little, now by much.
    @ParameterizedTest
    @MethodSource("sets")
    void risingScoresAgreeWithTheFormula(AttentionKernel attention) {
        for (int slope : new int[] {100, 200}) {
            Case c = new Case(new Problem(1, 70, 400, 1, 8, false), 11);
            for (int i = 0; i < c.k.length(); i++) {
                c.k.array()[c.k.offset() + i] *= 0.25f + i / 8 / slope;
            }
            c.run(attention);
            c.check();
        }
    }

    /// Next to a score of 10,000 a log sum exp in float is off by 5e-4, and weights made with it would be, too. These scores are whole
    /// numbers times a power of two, so that float holds them, and many of them are equal.
    @ParameterizedTest
    @MethodSource("sets")
    void largeScoresKeepTheDigitsOfGradients(AttentionKernel attention) {
        for (int queries : new int[] {1, 2, 32, 70}) {
            for (boolean causal : new boolean[] {false, true}) {
                for (int size : new int[] {1, 8, 32}) {
                    new Case(new Problem(1, queries, 70, 2, 1, 64, causal), 12).roundScores(size).run(attention)
                            .check(2e-6, 4 * size);
                    new Case(new Problem(2, queries, 70, 2, 64, causal), 13).mask(j -> j % 3).roundScores(size)
                            .run(attention).check(2e-6, 4 * size);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void largeScoresStayFinite(AttentionKernel attention) {
        for (boolean causal : new boolean[] {false, true}) {
            Problem problem = new Problem(1, 80, 80, 1, 8, causal);
            Case c = new Case(problem, 9);
            for (int i = 0; i < c.q.length(); i++) {
                c.q.array()[c.q.offset() + i] *= 4000;
            }
            c.run(attention);
            for (Floats x : List.of(c.y, c.normalizers, c.dq, c.dk, c.dv)) {
                for (int i = 0; i < x.length(); i++) {
                    assertTrue(Float.isFinite(x.get(i)));
                }
            }
            for (int i = 0; i < c.y.length(); i++) {
                assertTrue(Math.abs(c.y.get(i)) < 6);
            }
        }
    }

    private record Problem(int batch, int queries, int keys, int heads, int groups, int headSize, boolean causal) {
        Problem(int batch, int queries, int keys, int heads, int headSize, boolean causal) {
            this(batch, queries, keys, heads, heads, headSize, causal);
        }

        AttentionKernel.Sizes sizes() {
            float scale = (float) (1 / Math.sqrt(headSize));
            return new AttentionKernel.Sizes(batch, queries, keys, heads, groups, headSize, scale, causal);
        }
    }

    /// Random operands somewhere inside larger arrays, and room for the results.
    private static final class Case {
        final Problem problem;
        final Floats q;
        final Floats k;
        final Floats v;
        final Floats dy;
        final Floats y;
        final Floats normalizers;
        final Floats dq;
        final Floats dk;
        final Floats dv;
        Floats mask;
        AttentionKernel.Bias bias;

        Case(Problem problem, long seed) {
            this.problem = problem;
            Random random = new Random(seed);
            int width = problem.heads * problem.headSize;
            int queries = problem.batch * problem.queries * width;
            int keys = problem.batch * problem.keys * problem.groups * problem.headSize;
            q = random(random, queries, 3);
            k = random(random, keys, 0);
            v = random(random, keys, 5);
            dy = random(random, queries, 1);
            y = guarded(queries, 7);
            normalizers = guarded(problem.batch * problem.heads * problem.queries * 2, 2);
            dq = guarded(queries, 1);
            dk = guarded(keys, 4);
            dv = guarded(keys, 0);
        }

        Case mask(IntUnaryOperator seen) {
            mask = guarded(problem.batch * problem.keys, 3);
            for (int j = 0; j < mask.length(); j++) {
                mask.array()[mask.offset() + j] = seen.applyAsInt(j);
            }
            return this;
        }

        /// Numbers of its own for each sequence, for each head, or for both; every third one -infinity.
        Case bias(boolean sequences, boolean heads) {
            int matrix = problem.queries * problem.keys, perSequence = heads ? problem.heads * matrix : matrix;
            Floats values = random(new Random(14), sequences ? problem.batch * perSequence : perSequence, 2);
            for (int i = 0; i < values.length(); i += 3) {
                values.array()[values.offset() + i] = Float.NEGATIVE_INFINITY;
            }
            bias = AttentionKernel.Bias.ofPairs(values, sequences ? perSequence : 0, heads ? matrix : 0, problem.keys);
            return this;
        }

        /// Numbers of its own for each head and distance; every third one -infinity.
        Case distances() {
            int each = 2 * problem.keys - 1;
            Floats values = random(new Random(15), problem.heads * each, 2);
            for (int i = 0; i < values.length(); i += 3) {
                values.array()[values.offset() + i] = Float.NEGATIVE_INFINITY;
            }
            bias = AttentionKernel.Bias.ofDistances(values, each, problem.keys);
            return this;
        }

        Case run(AttentionKernel attention) {
            AttentionKernel.Sizes sizes = problem.sizes();
            attention.forward(sizes, q, k, v, mask, bias, y, normalizers);
            attention.backward(sizes, q, k, v, mask, bias, y, normalizers, dy, dq, dk, dv);
            return this;
        }

        void checkSameBits(Case other) {
            assertArrayEquals(other.y.array(), y.array());
            assertArrayEquals(other.normalizers.array(), normalizers.array());
            assertArrayEquals(other.dq.array(), dq.array());
            assertArrayEquals(other.dk.array(), dk.array());
            assertArrayEquals(other.dv.array(), dv.array());
        }

        /// Compares with softmax(scale q k^T + mask) v and its derivative, in float64.
        void check() {
            check(4e-6, 1);
        }

        /// @param unit of the gradients of q and k: the size of k and q times that of the differences in dy v^T, which are rounded
        void check(double tolerance, double unit) {
            int queries = problem.queries;
            int keys = problem.keys;
            int width = problem.heads * problem.headSize;
            double scale = problem.sizes().scale();
            double[] wantY = new double[y.length()];
            double[] wantQ = new double[dq.length()];
            double[] wantK = new double[dk.length()];
            double[] wantV = new double[dv.length()];
            for (int b = 0; b < problem.batch; b++) {
                for (int h = 0; h < problem.heads; h++) {
                    int column = h * problem.headSize;
                    int keyWidth = problem.groups * problem.headSize;
                    int keyColumn = h / (problem.heads / problem.groups) * problem.headSize;
                    for (int i = 0; i < queries; i++) {
                        int row = (b * queries + i) * width + column;
                        double[] p = new double[keys];
                        double max = Double.NEGATIVE_INFINITY;
                        for (int j = 0; j < keys; j++) {
                            boolean seen = (!problem.causal || j <= i + keys - queries)
                                    && (mask == null || mask.get(b * keys + j) != 0);
                            double added = bias == null ? 0
                                    : bias.values().array()[bias.start(b, h) + i * bias.perQuery() + j];
                            p[j] = seen ? scale * dot(q, row, k, (b * keys + j) * keyWidth + keyColumn) + added
                                    : Double.NEGATIVE_INFINITY;
                            max = Math.max(max, p[j]);
                        }
                        double sum = 0;
                        for (int j = 0; j < keys; j++) {
                            p[j] = max == Double.NEGATIVE_INFINITY ? 0 : Math.exp(p[j] - max);
                            sum += p[j];
                        }
                        double mean = 0;
                        for (int j = 0; j < keys; j++) {
                            p[j] = sum == 0 ? 0 : p[j] / sum;
                            mean += p[j] * dot(dy, row, v, (b * keys + j) * keyWidth + keyColumn);
                        }
                        for (int j = 0; j < keys; j++) {
                            int other = (b * keys + j) * keyWidth + keyColumn;
                            double slope = scale * p[j] * (dot(dy, row, v, other) - mean);
                            for (int c = 0; c < problem.headSize; c++) {
                                wantY[row + c] += p[j] * v.get(other + c);
                                wantV[other + c] += p[j] * dy.get(row + c);
                                wantQ[row + c] += slope * k.get(other + c);
                                wantK[other + c] += slope * q.get(row + c);
                            }
                        }
                    }
                }
            }
            close("y", wantY, y, tolerance, 1);
            close("dq", wantQ, dq, tolerance, unit);
            close("dk", wantK, dk, tolerance, unit);
            close("dv", wantV, dv, tolerance, 1);
        }

        /// Makes q and k of whole numbers times `size`.
        Case roundScores(int size) {
            for (Floats x : List.of(q, k)) {
                for (int i = 0; i < x.length(); i++) {
                    x.array()[x.offset() + i] = size * Math.round(x.get(i));
                }
            }
            return this;
        }

        private double dot(Floats a, int i, Floats b, int j) {
            double sum = 0;
            for (int c = 0; c < problem.headSize; c++) {
                sum += (double) a.get(i + c) * b.get(j + c);
            }
            return sum;
        }

        private static void close(String name, double[] want, Floats got, double tolerance, double unit) {
            for (int i = 0; i < want.length; i++) {
                int at = i;
                assertEquals(want[i], got.get(i), tolerance * (unit + Math.abs(want[i])), () -> name + "[" + at + "]");
            }
            for (int i = 0; i < got.array().length; i++) {
                if (i < got.offset() || i >= got.offset() + got.length()) {
                    assertEquals(GUARD, got.array()[i], name + " writes outside");
                }
            }
        }

        private static Floats random(Random random, int length, int offset) {
            Floats x = guarded(length, offset);
            for (int i = 0; i < length; i++) {
                x.array()[offset + i] = (float) random.nextGaussian();
            }
            return x;
        }

        private static Floats guarded(int length, int offset) {
            Floats x = new Floats(new float[offset + length + 3], offset, length);
            Arrays.fill(x.array(), GUARD);
            return x;
        }
    }
}
