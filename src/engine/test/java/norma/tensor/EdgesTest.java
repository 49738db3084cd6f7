package norma.tensor;

import static norma.tensor.Axes.keepDims;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertGradients;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Values and derivatives at 0, at bounds and ties, far from 0, and what is refused. Derivatives at kinks are PyTorch's.
class EdgesTest {
    private static final float INF = Float.POSITIVE_INFINITY;

    private static Tensor vector(float... values) {
        return Tensor.of(Shape.of(values.length), values);
    }

    private static Tensor gradient(UnaryOperator<Tensor> f, Tensor at) {
        Tensor x = at.variable();
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            Tensor recorded = tape.gradients(f.apply(x).sum(), x)[0].copy();
            tape.backward(f.apply(x).sum());
            assertClose(recorded, x.gradient(), 1e-6);
        }
        return x.gradient();
    }

    private static Tensor secondDerivative(UnaryOperator<Tensor> f, Tensor at) {
        Tensor x = at.variable();
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            Tensor first = tape.gradients(f.apply(x).sum(), x)[0];
            return tape.gradients(first.sum(), x)[0].copy();
        }
    }

    @Test
    void powersAtZero() {
        Tensor exponents = vector(0, 1, 2, 3).variable();
        assertBits(vector(0, 1, 0, 0), gradient(x -> x.power(exponents), Tensor.zeros(4)));
        assertBits(vector(0, 0, 2, 0), secondDerivative(x -> x.power(exponents), Tensor.zeros(4)));
        assertBits(vector(0, 0, 0, 0), gradient(e -> Tensor.zeros(4).power(e), vector(0, 1, 2, 0.5f)));
        for (float p : new float[] {0, 1, 2, 3}) {
            assertEquals(p == 1 ? 1 : 0, gradient(x -> x.power(p).add(x.multiply(0)), Tensor.zeros(1)).item(),
                    "x^" + p);
            assertEquals(p == 2 ? 2 : 0, secondDerivative(x -> x.power(p), Tensor.zeros(1)).item(), "x^" + p);
        }
        // elsewhere the exponent 0 has derivatives: d/dx d/dp x^p = 1 / x
        assertGradients("x^0", x -> x[0].power(x[1]), vector(0.7f, 2), Tensor.zeros(2));
    }

    @Test
    void kinks() {
        assertBits(vector(0, 0, 1), gradient(Tensor::relu, vector(-1, 0, 1)));
        assertBits(vector(-1, 0, 1), gradient(Tensor::abs, vector(-1, 0, 1)));
        assertBits(vector(0.5f, 0.5f, 1), gradient(x -> x.leakyRelu(0.5f), vector(-1, 0, 1)));
        assertBits(vector(0, 1, 1, 1, 0), gradient(x -> x.clip(-1, 1), vector(-2, -1, 0, 1, 2)));
        assertBits(vector(0, 0.5f, 1), gradient(x -> x.maximum(0), vector(-1, 0, 1)));
        assertBits(vector(0, 0, 0), gradient(x -> x.floor().add(x.round()).add(x.multiply(0)), vector(-1, 0, 0.5f)));
        assertBits(vector(0.5f), gradient(Tensor::softplus, vector(0)));
        assertBits(vector(0.25f), secondDerivative(Tensor::softplus, vector(0)));
    }

    @Test
    void normsAtZero() {
        assertBits(Tensor.zeros(3), gradient(Tensor::norm, Tensor.zeros(3)));
        assertBits(Tensor.zeros(2, 3), gradient(x -> x.norm(-1), Tensor.zeros(2, 3)));
        assertBits(Tensor.zeros(3), gradient(x -> x.pNorm(3), Tensor.zeros(3)));
        assertBits(Tensor.zeros(3), gradient(x -> x.pNorm(1), Tensor.zeros(3)));
        assertBits(Tensor.zeros(3), gradient(Tensor::std, Tensor.full(Shape.of(3), 7)));
        assertEquals(0, Tensor.zeros(0).norm().item());
    }

    @Test
    void normsOfAnySize() {
        assertEquals(5e30f, vector(3e30f, -4e30f).norm().item(), 1e24);
        assertEquals(5e-30f, vector(3e-30f, -4e-30f).norm().item(), 1e-36);
        assertEquals(INF, vector(1, INF).norm().item());
        assertTrue(Float.isNaN(vector(1, Float.NaN).norm().item()));
        assertClose(vector(0.6f, -0.8f), gradient(Tensor::norm, vector(3e30f, -4e30f)), 1e-6);
    }

    @Test
    void varianceFarFromZero() {
        double[] exact = {0, 0};
        Tensor noise = normal(1, 2, 100).multiply(0.01f).add(1e4f);
        float[] values = noise.toArray();
        for (int row = 0; row < 2; row++) {
            double mean = 0;
            for (int i = 0; i < 100; i++) {
                mean += values[row * 100 + i] / 100.0;
            }
            for (int i = 0; i < 100; i++) {
                exact[row] += (values[row * 100 + i] - mean) * (values[row * 100 + i] - mean) / 100;
            }
            assertEquals(exact[row], noise.var(-1).get(row), 1e-6 * exact[row]);
            assertEquals(Math.sqrt(exact[row]), noise.std(-1).get(row), 1e-6 * Math.sqrt(exact[row]));
        }
        assertEquals(0, Tensor.full(Shape.of(7), 0.1f).var().item());
    }

    @Test
    void divisionsByNumbersAreTrueDivisions() {
        for (int n = 1; n < 1000; n++) {
            assertEquals(1, Tensor.ones(n).mean().item(), "mean of " + n + " ones");
        }
        assertEquals(1, Tensor.scalar(41).divide(41).item());
        assertEquals(0, Tensor.scalar(0).divide(1e-39f).item());
        assertEquals(1e-3f / 1e-39f, Tensor.scalar(1e-3f).divide(1e-39f).item());
    }

    @Test
    void productsWithZeros() {
        assertBits(vector(0, -6, 0), gradient(Tensor::prod, vector(-2, 0, 3)));
        assertBits(vector(0, 0, 0), gradient(Tensor::prod, vector(0, 0, 3)));
        // d/dx of (bc + ac + ab) at a = b = 0, c = 3: b + c, a + c, a + b
        assertBits(vector(3, 3, 0), secondDerivative(Tensor::prod, vector(0, 0, 3)));
        assertEquals(1, Tensor.zeros(0).prod().item());
        assertBits(Tensor.ones(2), Tensor.zeros(2, 0).prod(1));
    }

    @Test
    void largeLogits() {
        assertEquals(1e30f, vector(1e30f, -1e30f).logSumExp().item());
        assertEquals(-INF, vector(-INF, -INF).logSumExp().item());
        assertEquals(INF, vector(INF, 0).logSumExp().item());
        assertEquals(1e4f + (float) Math.log(2), vector(1e4f, 1e4f).logSumExp().item());
        assertClose(vector((float) Math.log(0.5), (float) Math.log(0.5)), vector(1e4f, 1e4f).logSoftmax(0), 1e-7);
        assertBits(vector(-INF, 0), vector(-INF, 5).logSoftmax(-1));
        assertClose(vector(0.5f, 0.5f), gradient(Tensor::logSumExp, vector(1e4f, 1e4f)), 1e-6);
        assertBits(vector(0, 100, INF, 0), vector(-1e4f, 100, INF, -INF).softplus());
    }

    @Test
    void notANumber() {
        Tensor x = vector(1, Float.NaN, 3);
        assertBits(vector(0, 1, 0), x.isNaN());
        assertTrue(Float.isNaN(x.max().item()) && Float.isNaN(x.min().item()) && Float.isNaN(x.sum().item()));
        assertEquals(1, x.argmax(0).get());
        assertEquals(1, x.argmin(0).get());
        assertArrayEquals(new int[] {0, 2, 1}, x.argsort(0).toArray());
        assertArrayEquals(new int[] {1, 2}, x.topK(2, 0).indices().toArray());
        assertTrue(Float.isNaN(x.clip(0, 1).get(1)));
        assertBits(vector(1), vector(Float.NaN).any().reshape(1));
        assertBits(vector(0, 1, 0, 0), Tensor.concat(0, x, vector(2)).notEqual(Tensor.concat(0, x, vector(2))));
    }

    @Test
    void equalElementsStayInTheirOrder() {
        Tensor x = vector(2, -0f, 2, 0, -1, 2);
        assertArrayEquals(new int[] {4, 1, 3, 0, 2, 5}, x.argsort(0).toArray());
        assertArrayEquals(new int[] {0, 2, 5, 1}, x.topK(4, -1).indices().toArray());
        assertEquals(0, x.argmax(0).get());
        assertBits(vector(-INF, -1, 0, 1, INF), vector(1, -INF, INF, 0, -1).sort(0));
    }

    @Test
    void reductionsOfNothing() {
        Tensor none = Tensor.zeros(2, 0);
        assertBits(Tensor.zeros(2), none.sum(1));
        assertBits(Tensor.zeros(2), none.any(1));
        assertBits(Tensor.ones(2, 1), none.all(keepDims(1)));
        assertBits(Tensor.zeros(2), none.norm(1));
        assertBits(Tensor.zeros(0), none.max(0));
        assertBits(none, none.softmax(1));
        assertBits(none, none.cumsum(1));
        assertBits(none, none.sort(1));
    }

    @Test
    void rounding() {
        assertBits(vector(-2, -0f, 0, 2, 2, 4), vector(-1.5f, -0.5f, 0.5f, 1.5f, 2.5f, 3.5f).round());
        assertBits(vector(-2, -1, 0, 1), vector(-1.5f, -0.5f, 0.5f, 1.5f).floor());
    }

    @Test
    void elementsAreReadAndWritten() {
        Tensor x = Tensor.arange(6).reshape(2, 3);
        assertEquals(5, x.get(1, 2));
        assertEquals(3, x.get(-1, -3));
        x.set(9, 0, -1);
        assertBits(Tensor.of(Shape.of(2, 3), 0, 1, 9, 3, 4, 5), x);
        assertEquals(7, Tensor.scalar(7).get());
    }

    @Test
    void madeByRule() {
        assertBits(Tensor.of(Shape.of(2, 2), 1, 0, 0, 1), Tensor.eye(2));
        assertBits(vector(0, 1, 2), Tensor.arange(3));
        assertBits(vector(1, 0.5f, 0), Tensor.arange(1, -0.5, -0.5));
        assertBits(Tensor.zeros(0), Tensor.arange(3, 1, 1));
        assertBits(vector(0, 0.25f, 0.5f, 0.75f, 1), Tensor.linspace(0, 1, 5));
        assertBits(vector(3), Tensor.linspace(3, 4, 1));
        assertBits(Tensor.arange(6).reshape(2, 3), Tensor.of(new float[][] {{0, 1, 2}, {3, 4, 5}}));
        assertBits(Tensor.arange(4).reshape(1, 2, 2), Tensor.of(new float[][][] {{{0, 1}, {2, 3}}}));
        assertBits(Tensor.of(Shape.of(2, 3), 0, 0, 1, 1, 0, 0), Tensor.oneHot(Indices.of(2, 0), 3));
    }

    @Test
    void randomNumbersAreFunctionsOfTheirSeed() {
        Shape shape = Shape.of(100, 100);
        assertBits(Tensor.randomNormal(3, shape), Tensor.randomNormal(3, shape));
        assertEquals(1, Tensor.randomNormal(3, shape).std().item(), 0.03);
        Tensor uniform = Tensor.randomUniform(3, -1, 3, shape);
        assertEquals(1, uniform.mean().item(), 0.05);
        assertTrue(uniform.min().item() >= -1 && uniform.max().item() < 3);
        Seed.set(5);
        Tensor first = Tensor.randomNormal(4), second = Tensor.randomNormal(4);
        assertNotEquals(first.get(0), second.get(0));
        Seed.set(5);
        assertBits(first, Tensor.randomNormal(4));
    }

    @Test
    void indicesAreCopiesOfTheUsersArray() {
        int[] mine = {1, 2, 3, 4};
        Indices ids = Indices.of(mine, 2, 2);
        mine[0] = 99;
        assertEquals(1, ids.get(0, 0));
        assertEquals(4, ids.get(-1, -1));
        assertEquals(Indices.of(new int[][] {{1, 2}, {3, 4}}), ids);
        assertEquals(Indices.of(1, 2, 3, 4), ids.reshape(-1));
        assertEquals("Indices (2, 2)\n[[1 2]\n [3 4]]", ids.toString());
        assertEquals(Indices.of(5, 3), Indices.range(5, 1, -2));
        assertEquals(0, Indices.range(0).size());
    }

    /// Who complains, and parts of what it says.
    static Stream<Arguments> errors() {
        Tensor x = normal(2, 2, 3), v = normal(4, 3);
        return Stream.of(
                error(() -> x.slice("1, 2, 0"), "slice", "\"1, 2, 0\"", "(2, 3)", "more axes"),
                error(() -> x.slice("2"), "slice", "(2, 3)", "2 does not within size 2"),
                error(() -> x.slice(":, 1:4"), "slice", "4 does not"),
                error(() -> x.slice("::0"), "slice", "step"),
                error(() -> x.slice("a:2"), "slice", "numbers"),
                error(() -> x.slice("..., ..."), "slice", "once"),
                error(() -> x.slice(""), "slice", "numbers"),
                error(() -> x.slice(0, 0, 3, 2), "take", "[0, 2)", "got 2"),
                error(() -> x.get(0), "get", "one place for each axis", "(2, 3)", "[0]"),
                error(() -> x.get(0, 3), "get", "place 3", "axis 1", "[-3, 3)"),
                error(() -> x.set(1, -3, 0), "set", "place -3", "axis 0"),
                error(() -> x.squeeze(0), "squeeze", "axis 0", "(2, 3)"),
                error(() -> x.expandDims(4), "expandDims", "[-3, 2]", "got 4"),
                error(() -> Tensor.stack(0, x, v), "stack", "(2, 3) and (3)"),
                error(() -> Tensor.stack(0), "concat", "at least one"),
                error(() -> x.split(1, 1, 1), "split", "add up to the 3", "(2, 3)", "[1, 1]"),
                error(() -> x.chunk(1, 2), "chunk", "multiple", "(2, 3)", "got 2"),
                error(() -> x.pad(0, -1, 0), "pad", "negative", "slice?"),
                error(v::diagonal, "diagonal", "two axes", "(3)"),
                error(v::tril, "tril", "two axes", "(3)"),
                error(v::transpose, "(3)"),
                error(() -> x.topK(4, 1), "topK", "[0, 3]", "got 4"),
                error(() -> x.clip(1, 0), "clip", "1.0 and 0.0"),
                error(() -> x.clip(Float.NaN, 0), "clip", "NaN"),
                error(() -> x.pNorm(0.5f), "pNorm", "0.5"),
                error(() -> Tensor.zeros(0).min(), "min", "(0)"),
                error(() -> Tensor.zeros(0).logSumExp(), "logSumExp", "(0)"),
                error(() -> Tensor.zeros(2, 0).argmin(1), "argmin", "axis 1", "(2, 0)"),
                error(() -> x.take(Indices.of(3), 1), "take", "[0, 3)", "got 3"),
                error(() -> x.takeAlongAxis(Indices.of(0, 1), 1), "takeAlongAxis", "(2, 3) but for axis 1", "(2)"),
                error(() -> x.takeAlongAxis(Indices.of(new int[2], 2, 1), 0), "takeAlongAxis", "(2, 1)"),
                error(() -> x.scatterAdd(1, Indices.of(new int[2], 2, 1), x), "scatterAdd", "(2, 3)", "(2, 1)"),
                error(() -> Tensor.oneHot(Indices.of(3), 3), "oneHot", "[0, 3)", "got 3"),
                error(() -> v.dot(x), "dot", "vectors", "(3) and (2, 3)"),
                error(() -> v.dot(Tensor.ones(2)), "dot", "one length", "(3) and (2)"),
                error(() -> x.outer(v), "outer", "vectors"),
                error(() -> v.matmul(x), "matmul", "(3)", "(2, 3)"),
                error(() -> v.matmul(Tensor.scalar(1)), "matmul", "()"),
                error(() -> Tensor.einsum("ij->ji", x, x), "einsum", "as many terms", "got 2"),
                error(() -> Tensor.einsum("ijk->k", x), "einsum", "one letter for each axis", "(2, 3)"),
                error(() -> Tensor.einsum("ij,jk->ik", x, x), "einsum", "one size", "3 and 2", "'j'"),
                error(() -> Tensor.einsum("ij->ik", x), "einsum", "result", "'k'"),
                error(() -> Tensor.einsum("ij->ii", x), "einsum", "once"),
                error(() -> Tensor.einsum("i1", x), "einsum", "letter"),
                error(() -> Tensor.of(new float[][] {{1, 2}, {3}}), "row 1 has 1"),
                error(() -> Tensor.of(new float[][][] {{{1, 2}}, {{3}}}), "matrix 1 has 1"),
                error(() -> Indices.of(new int[][] {{1, 2}, {3}}), "row 1 has 1"),
                error(() -> Tensor.arange(0, 1, 0), "arange", "step"),
                error(() -> Tensor.linspace(0, 1, 0), "linspace", "got 0"),
                error(() -> Tensor.randomUniform(1, 2, 2, Shape.of(1)), "randomUniform", "low < high"),
                error(() -> x.lessOrEqual(Tensor.ones(4)), "less or equal", "(2, 3) and (4)"));
    }

    private static Arguments error(Executable wrong, String... parts) {
        return Arguments.of(String.join(" ", parts), wrong, parts);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("errors")
    void errorsTeach(String name, Executable wrong, String... parts) {
        assertSays(assertThrows(IllegalArgumentException.class, wrong), parts);
    }
}
