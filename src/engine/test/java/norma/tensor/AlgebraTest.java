package norma.tensor;

import static norma.tensor.Axes.keepDims;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertGradients;
import static norma.tensor.Numbers.awayFromZero;
import static norma.tensor.Numbers.ids;
import static norma.tensor.Numbers.normal;
import static norma.tensor.Numbers.uniform;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import norma.kernel.contract.Functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every operation of the algebra: its value against plain loops in double, its derivatives against differences.
class AlgebraTest {

    /// An operation on one tensor, the same on one number, and inputs away from its kinks and poles.
    record Unary(String name, UnaryOperator<Tensor> op, DoubleUnaryOperator f, boolean positive) {
        Tensor input(Shape shape) {
            return positive ? uniform(1, 0.4, 2, shape.toArray()) : awayFromZero(1, shape.toArray());
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /// An operation on two tensors and the same on two numbers.
    record Binary(String name, BinaryOperator<Tensor> op, DoubleBinaryOperator f) {
        Tensor a(Shape shape) {
            return onGrid(name.equals("power") ? uniform(2, 0.5, 2, shape.toArray()) : awayFromZero(2, shape.toArray()),
                    0);
        }

        /// At least 0.1 from every element of a: further than differences go.
        Tensor b(Shape shape) {
            return onGrid(awayFromZero(3, shape.toArray()), 0.1f);
        }

        private static Tensor onGrid(Tensor x, float shift) {
            for (int i = 0; i < x.size(); i++) {
                float size = Math.abs(x.data().get(i));
                x.data().array()[i] = Math.signum(x.data().get(i)) * (Math.round(size / 0.2f) * 0.2f + shift);
            }
            return x;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Unary> unary() {
        return List.of(
                new Unary("negate", Tensor::negate, x -> -x, false),
                new Unary("abs", Tensor::abs, Math::abs, false),
                new Unary("sign", Tensor::sign, Math::signum, false),
                new Unary("square", Tensor::square, x -> x * x, false),
                new Unary("sqrt", Tensor::sqrt, Math::sqrt, true),
                new Unary("reciprocal", Tensor::reciprocal, x -> 1 / x, true),
                new Unary("exp", Tensor::exp, Math::exp, false),
                new Unary("log", Tensor::log, Math::log, true),
                new Unary("tanh", Tensor::tanh, Math::tanh, false),
                new Unary("sigmoid", Tensor::sigmoid, Functions::sigmoid, false),
                new Unary("erf", Tensor::erf, Functions::erf, false),
                new Unary("sin", Tensor::sin, Math::sin, false),
                new Unary("cos", Tensor::cos, Math::cos, false),
                new Unary("add a number", x -> x.add(0.25f), x -> x + 0.25, false),
                new Unary("subtract a number", x -> x.subtract(3), x -> x - 3, false),
                new Unary("multiply by a number", x -> x.multiply(-1.5f), x -> -1.5 * x, false),
                new Unary("divide by a number", x -> x.divide(3), x -> x / 3, false),
                new Unary("cube", x -> x.power(3), x -> x * x * x, false),
                new Unary("power 1.7", x -> x.power(1.7f), x -> Math.pow(x, 1.7f), true),
                new Unary("power -2", x -> x.power(-2), x -> 1 / (x * x), true),
                new Unary("power 1", x -> x.power(1), x -> x, false),
                new Unary("power 0", x -> x.power(0), _ -> 1, false));
    }

    static List<Binary> binary() {
        return List.of(
                new Binary("add", Tensor::add, Double::sum),
                new Binary("subtract", Tensor::subtract, (a, b) -> a - b),
                new Binary("multiply", Tensor::multiply, (a, b) -> a * b),
                new Binary("divide", Tensor::divide, (a, b) -> a / b),
                new Binary("power", Tensor::power, Math::pow),
                new Binary("maximum", Tensor::maximum, Math::max),
                new Binary("minimum", Tensor::minimum, Math::min),
                new Binary("equal", Tensor::equal, (a, b) -> a == b ? 1 : 0),
                new Binary("greater", Tensor::greater, (a, b) -> a > b ? 1 : 0),
                new Binary("greaterOrEqual", Tensor::greaterOrEqual, (a, b) -> a >= b ? 1 : 0));
    }

    private static Shape shape(int... dims) {
        return Shape.of(dims);
    }

    private static final List<Shape> SHAPES =
            List.of(Shape.SCALAR, shape(0), shape(1), shape(17), shape(3, 0), shape(1, 1, 5),
                    shape(3, 5), shape(2, 3, 4), shape(2, 1, 3, 5));

    private static final List<List<Shape>> PAIRS = List.of(
            List.of(Shape.SCALAR, Shape.SCALAR), List.of(Shape.SCALAR, shape(2, 3)), List.of(shape(5), Shape.SCALAR),
            List.of(shape(3, 5), shape(3, 5)), List.of(shape(3, 5), shape(5)), List.of(shape(3, 1), shape(1, 5)),
            List.of(shape(1), shape(2, 3, 4)), List.of(shape(2, 1, 4), shape(3, 1)),
            List.of(shape(2, 3, 1, 5), shape(3, 4, 1)),
            List.of(shape(1, 1, 1, 1), shape(7)), List.of(shape(0), shape(1)), List.of(shape(2, 0, 3), shape(3)),
            List.of(shape(0, 1), shape(1, 4)), List.of(shape(4, 1, 3), shape(4, 2, 3)));

    /// Where element `i` of a tensor of shape `wide` is read from when x is repeated to it.
    private static double repeated(Tensor x, Shape wide, int i) {
        int at = 0;
        int stride = 1;
        for (int axis = 1, rest = i; axis <= wide.rank(); rest /= wide.dim(-axis), axis++) {
            if (axis <= x.shape().rank()) {
                at += (x.dim(-axis) == 1 ? 0 : rest % wide.dim(-axis)) * stride;
                stride *= x.dim(-axis);
            }
        }
        return x.data().get(at);
    }

    private static void assertNumbers(String what, Shape shape, IntToDoubleFunction expected, Tensor y) {
        assertEquals(shape, y.shape(), what);
        for (int i = 0; i < y.size(); i++) {
            double value = expected.applyAsDouble(i);
            // a few units in the last place
            assertEquals(value, y.data().get(i), 1e-6 * Math.max(1, Math.abs(value)), what + shape + " element " + i);
        }
    }

    @ParameterizedTest
    @MethodSource("unary")
    void unaryValues(Unary op) {
        for (Shape shape : SHAPES) {
            Tensor x = op.input(shape);
            assertNumbers(op.name, shape, i -> op.f.applyAsDouble(x.data().get(i)), op.op.apply(x));
        }
    }

    @ParameterizedTest
    @MethodSource("unary")
    void unaryDerivatives(Unary op) {
        for (Shape shape : SHAPES) {
            assertGradients(op.name + shape, x -> op.op.apply(x[0]), op.input(shape));
        }
    }

    @ParameterizedTest
    @MethodSource("binary")
    void binaryValues(Binary op) {
        for (List<Shape> shapes : PAIRS) {
            Tensor a = op.a(shapes.getFirst()), b = op.b(shapes.getLast());
            Shape shape = Shape.broadcast("test", a.shape(), b.shape());
            assertNumbers(op.name, shape, i -> op.f.applyAsDouble(repeated(a, shape, i), repeated(b, shape, i)),
                    op.op.apply(a, b));
        }
    }

    @ParameterizedTest
    @MethodSource("binary")
    void binaryDerivatives(Binary op) {
        for (List<Shape> shapes : PAIRS) {
            assertGradients(op.name + shapes, x -> op.op.apply(x[0], x[1]), op.a(shapes.getFirst()),
                    op.b(shapes.getLast()));
        }
    }

    @Test
    void bothOperandsMayBeTheSameTensor() {
        Tensor x = uniform(4, 0.5, 1.5, 2, 3);
        for (Binary op : binary()) {
            assertGradients(op.name, xs -> op.op.apply(xs[0], xs[0]), x);
        }
    }

    /// Operations whose value comes from simpler ones or from a loop here.
    static Stream<Map.Entry<String, Function<Tensor[], Tensor>>> several() {
        Map<String, Function<Tensor[], Tensor>> ops = new LinkedHashMap<>();
        for (int axis : new int[] {0, 1, 2, -1, -2, -3}) {
            ops.put("sum " + axis, x -> x[0].sum(keepDims(axis)));
            ops.put("mean " + axis, x -> x[0].mean(keepDims(axis)));
            ops.put("max " + axis, x -> x[0].max(keepDims(axis)));
            ops.put("slice " + axis, x -> x[0].slice(axis, 1, x[0].dim(axis)));
            ops.put("concat " + axis, x -> Tensor.concat(axis, x[0], x[0].square(), x[0]));
        }
        ops.put("sum", x -> x[0].sum());
        ops.put("mean", x -> x[0].mean());
        ops.put("sum of three axes", x -> x[0].sum(keepDims(0, 2, 1)));
        ops.put("mean of two axes", x -> x[0].mean(keepDims(0, -1)));
        ops.put("reshape", x -> x[0].reshape(6, 4).multiply(x[0].reshape(1, 6, 4)));
        ops.put("transpose", x -> x[0].transpose(0, -1));
        ops.put("permute", x -> x[0].permute(1, 2, 0));
        ops.put("expand", x -> x[0].reshape(2, 1, 3, 4).expand(shape(5, 2, 3, 3, 4)));
        ops.put("reduceTo", x -> x[0].reduceTo(shape(3, 1)));
        ops.put("where", x -> x[0].greater(Tensor.scalar(0)).where(x[0].square(), x[0].sum(keepDims(1))));
        ops.put("gather", x -> x[0].reshape(6, 4).take(Indices.of(new int[] {5, 0, 5, 5, 2, 0}, 3, 2), 0));
        return ops.entrySet().stream();
    }

    @ParameterizedTest
    @MethodSource("several")
    void derivativesOfTheRest(Map.Entry<String, Function<Tensor[], Tensor>> op) {
        assertGradients(op.getKey(), op.getValue(), spread(2, 3, 4));
        // squared, so that the second derivative depends on x
        assertGradients(op.getKey() + " squared", x -> op.getValue().apply(x).square(), spread(2, 3, 4));
    }

    /// Different numbers, each at least 0.1 from every other: no ties within reach of a difference.
    private static Tensor spread(int... dims) {
        float[] values = new float[Shape.of(dims).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.1f * (i * 7 % values.length) - 1.15f;
        }
        return Tensor.of(shape(dims), values);
    }

    @Test
    void reductionsAgreeWithLoops() {
        Tensor x = normal(5, 3, 4, 5);
        for (int axis = 0; axis < 3; axis++) {
            int n = x.dim(axis);
            int inner = x.shape().product(axis + 1, 3);
            double[] sums = new double[x.size() / n];
            double[] maxima = new double[sums.length];
            Arrays.fill(maxima, Double.NEGATIVE_INFINITY);
            for (int i = 0; i < x.size(); i++) {
                int to = i / (n * inner) * inner + i % inner;
                sums[to] += x.data().get(i);
                maxima[to] = Math.max(maxima[to], x.data().get(i));
            }
            Shape kept = x.shape().with(axis, 1);
            assertNumbers("sum", kept, i -> sums[i], x.sum(keepDims(axis)));
            assertNumbers("mean", kept, i -> sums[i] / n, x.mean(keepDims(axis - 3)));
            assertNumbers("max", kept, i -> maxima[i], x.max(keepDims(axis)));
        }
        assertEquals(Tensor.scalar(1).sum().item(), 1);
        assertEquals(0, Tensor.zeros(0).sum().item());
        assertBits(Tensor.zeros(1, 4), Tensor.zeros(0, 4).sum(keepDims(0)));
    }

    @Test
    void sumsOfMillionsAreAccurate() {
        // 0.1f a million times: a running float sum would be off by 958
        assertEquals(1e6 * 0.1f, Tensor.full(shape(1_000_000), 0.1f).sum().item(), 0.2);
        assertEquals(1e5 * 0.1f, Tensor.full(shape(100_000, 3), 0.1f).sum(keepDims(0)).data().get(1), 0.01);
    }

    @Test
    void tiesShareTheGradient() {
        Tensor x = Tensor.of(shape(5), 2, 3, 1, 3, 3).variable();
        Tensor a = Tensor.of(shape(3), 1, 2, 3).variable();
        Tensor b = Tensor.of(shape(3), 2, 2, 2).variable();
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            tape.backward(x.max(keepDims(0)).sum());
            tape.backward(a.maximum(b).add(a.minimum(b).multiply(10)).sum());
        }
        float third = 1f / 3;
        assertBits(Tensor.of(shape(5), 0, third, 0, third, third), x.gradient());
        assertBits(Tensor.of(shape(3), 10, 5.5f, 1), a.gradient());
        assertBits(Tensor.of(shape(3), 1, 5.5f, 10), b.gradient());
    }

    @Test
    void specialValuesComeThrough() {
        float inf = Float.POSITIVE_INFINITY;
        Tensor x = Tensor.of(shape(4), Float.NaN, inf, -inf, -0f);
        assertBits(Tensor.of(shape(4), Float.NaN, inf, 1, 1), x.maximum(Tensor.scalar(1)));
        assertBits(Tensor.of(shape(4), Float.NaN, inf, 0, 1), x.exp());
        assertBits(Tensor.of(shape(4), Float.NaN, 1, 0, 0.5f), x.sigmoid());
        assertBits(Tensor.of(shape(4), Float.NaN, 1, -1, -0f), x.tanh());
        assertBits(Tensor.of(shape(4), Float.NaN, 1, -1, -0f), x.erf());
        assertBits(Tensor.of(shape(1), Float.NaN), x.max(keepDims(0)));
        assertBits(Tensor.of(shape(4), 0, 1, 0, 1), x.greaterOrEqual(Tensor.scalar(0)));
    }

    @Test
    void powerIsSmoothAtZero() {
        // d/dx x^2 = 2x, then 2, then 0, at x = 0 and below it too
        Tensor x = Tensor.of(shape(3), -1, 0, 2).variable();
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            Tensor first = tape.gradients(x.power(2).sum(), x)[0];
            Tensor second = tape.gradients(first.sum(), x)[0];
            Tensor third = tape.gradients(second.sum(), x)[0];
            assertBits(Tensor.of(shape(3), -2, 0, 4), first);
            assertBits(Tensor.of(shape(3), 2, 2, 2), second);
            assertClose(Tensor.zeros(3), third, 1e-30);
        }
    }

    /// Shapes of a and b as they are given, after a possible transposition of b.
    private static final int[][][] PRODUCTS = {{{1, 1}, {1, 1}}, {{3, 5}, {5, 2}}, {{2, 3, 4}, {4, 5}},
            {{2, 3, 4}, {2, 4, 5}},
            {{3, 4}, {2, 4, 5}}, {{2, 1, 3, 4}, {5, 4, 3}}, {{1, 3, 4}, {2, 4, 1}}, {{0, 4}, {4, 3}}, {{3, 0}, {0, 2}},
            {{2, 0, 3}, {3, 2}}, {{2, 3, 1}, {1, 4}}};

    @Test
    void productsAgreeWithLoops() {
        for (int[][] dims : PRODUCTS) {
            Tensor a = normal(6, dims[0]), b = normal(7, dims[1]);
            Shape batch = Shape.broadcast("test", a.shape().slice(0, dims[0].length - 2),
                    b.shape().slice(0, dims[1].length - 2));
            int m = a.dim(-2), n = b.dim(-1), k = a.dim(-1);
            Tensor wideA = a.expand(batch.append(m, k)), wideB = b.expand(batch.append(k, n));
            Shape shape = batch.append(m, n);
            IntToDoubleFunction expected = i -> {
                double sum = 0;
                for (int j = 0; j < k; j++) {
                    sum += (double) wideA.data().get(i / n * k + j)
                            * wideB.data().get((i / (m * n) * k + j) * n + i % n);
                }
                return sum;
            };
            assertNumbers("matmul", shape, expected, a.matmul(b));
            assertNumbers("matmulTransposed", shape, expected, a.matmulTransposed(b.transpose(-1, -2)));
        }
    }

    @Test
    void derivativesOfProducts() {
        for (int[][] dims : PRODUCTS) {
            Tensor a = normal(6, dims[0]), b = normal(7, dims[1]);
            assertGradients("matmul" + a.shape() + b.shape(), x -> x[0].matmul(x[1]), a, b);
            assertGradients("matmulTransposed" + a.shape() + b.shape(), x -> x[0].matmulTransposed(x[1]), a,
                    b.transpose(-1, -2));
        }
        assertGradients("x x^T", x -> x[0].matmulTransposed(x[0]), normal(8, 3, 4));
        assertGradients("x x", x -> x[0].matmul(x[0]), normal(9, 2, 3, 3));
    }

    @Test
    void expandAndSumToAreTransposes() {
        Shape small = shape(3, 1), large = shape(2, 3, 4);
        Tensor x = normal(10, 3, 1), y = normal(11, 2, 3, 4);
        // <expand x, y> = <x, reduceTo y>
        assertEquals(x.expand(large).multiply(y).sum().item(), x.multiply(y.reduceTo(small)).sum().item(), 1e-5);
        assertBits(y, y.reduceTo(large));
        assertBits(y, y.expand(large));
        assertEquals(y.sum().item(), y.reduceTo(Shape.SCALAR).item(), 1e-5);
        assertBits(Tensor.zeros(1, 3), Tensor.zeros(0, 3).reduceTo(shape(1, 3)));
    }

    @Test
    void movesOfElementsAreExact() {
        Tensor x = Tensor.of(shape(2, 3), 1, 2, 3, 4, 5, 6);
        assertBits(Tensor.of(shape(3, 2), 1, 4, 2, 5, 3, 6), x.transpose(0, 1));
        assertBits(x, x.permute(-2, -1));
        assertBits(Tensor.of(shape(2, 2), 2, 3, 5, 6), x.slice(1, 1, 3));
        assertBits(Tensor.of(shape(2, 0)), x.slice(-1, 2, 2));
        assertBits(Tensor.of(shape(2, 4), 1, 2, 3, 3, 4, 5, 6, 6), Tensor.concat(-1, x, x.slice(1, 2, 3)));
        assertBits(x, Tensor.concat(0, x.slice(0, 0, 1), x.slice(0, 1, 1), x.slice(0, 1, 2)));
        assertBits(Tensor.of(shape(2, 1, 3), 4, 5, 6, 1, 2, 3), x.take(Indices.of(new int[] {1, 0}, 2, 1), 0));
        assertBits(Tensor.of(shape(0, 3)), x.take(Indices.of(new int[] {}, 0), 0));
        assertBits(Tensor.of(shape(2, 3), 1, 9, 3, 9, 5, 9),
                Tensor.of(shape(2, 3), 1, 0, -2, 0, Float.NaN, 0).where(x, Tensor.scalar(9)));
        assertBits(Tensor.scalar(3), Tensor.scalar(3).permute());
        Tensor big = normal(12, 3, 40, 50, 7);
        assertBits(big, big.permute(3, 1, 0, 2).permute(2, 1, 3, 0));
        assertBits(big.slice(1, 3, 17), big.transpose(0, 1).slice(0, 3, 17).transpose(0, 1));
    }

    @Test
    void gatherAddsWhatComesFromOneRow() {
        Indices rows = ids(13, 7, 300);
        Tensor table = normal(14, 7, 33).variable();
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            tape.backward(table.take(rows, 0).sum());
        }
        for (int row = 0; row < 7; row++) {
            int wanted = row;
            assertEquals(Arrays.stream(rows.values()).filter(id -> id == wanted).count(),
                    table.gradient().data().get(row * 33 + 32));
        }
    }
}
