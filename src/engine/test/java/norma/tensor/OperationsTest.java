package norma.tensor;

import static norma.tensor.Axes.keepDims;
import static norma.tensor.Numbers.assertGradients;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.IntBinaryOperator;
import java.util.function.IntUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import norma.kernel.Activation;
import norma.kernel.contract.Functions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// All operations of a tensor on awkward shapes: the value against loops in double, first and second derivative against differences.
class OperationsTest {

    /// Numbers in double, with a shape, and how loops read them.
    record Doubles(Shape shape, double... values) {
        static Doubles of(Tensor x) {
            float[] floats = x.toArray();
            double[] values = new double[floats.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = floats[i];
            }
            return new Doubles(x.shape(), values);
        }

        /// Filled by a function of the place on each axis.
        static Doubles filled(Shape shape, ToDoubleFunction<int[]> f) {
            double[] values = new double[shape.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = f.applyAsDouble(place(shape, i));
            }
            return new Doubles(shape, values);
        }

        private static int[] place(Shape shape, int i) {
            int[] place = new int[shape.rank()];
            for (int axis = shape.rank() - 1, rest = i; axis >= 0; rest /= shape.dim(axis--)) {
                place[axis] = rest % shape.dim(axis);
            }
            return place;
        }

        double at(int... place) {
            int i = 0;
            for (int axis = 0; axis < place.length; axis++) {
                i = i * shape.dim(axis) + place[axis];
            }
            return values[i];
        }

        /// The elements along an axis through a place.
        double[] line(int axis, int... place) {
            int[] moving = place.clone();
            double[] line = new double[shape.dim(axis)];
            for (int i = 0; i < line.length; i++) {
                moving[shape.axis(axis)] = i;
                line[i] = at(moving);
            }
            return line;
        }

        Doubles map(DoubleUnaryOperator f) {
            return filled(shape, place -> f.applyAsDouble(at(place)));
        }

        /// Each line along an axis made into one number; the axis is dropped.
        Doubles reduced(int axis, ToDoubleFunction<double[]> f) {
            int k = shape.axis(axis);
            return filled(shape.without(k), place -> f.applyAsDouble(line(k, inserted(place, k, 0))));
        }

        /// Each line along an axis made into another.
        Doubles lines(int axis, int length, Function<double[], double[]> f) {
            int k = shape.axis(axis);
            return filled(shape.with(k, length), place -> {
                int[] start = place.clone();
                start[k] = 0;
                return f.apply(line(k, start))[place[k]];
            });
        }

        Doubles all(ToDoubleFunction<double[]> f) {
            return new Doubles(Shape.SCALAR, f.applyAsDouble(values));
        }
    }

    private static int[] inserted(int[] place, int axis, int value) {
        int[] wide = new int[place.length + 1];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = i == axis ? value : place[i < axis ? i : i - 1];
        }
        return wide;
    }

    /// An operation: what the engine computes, what loops compute, and the inputs, each a list of tensors.
    record Operation(String name, Function<Tensor[], Tensor> op, Function<Doubles[], Doubles> loop,
            List<Tensor[]> inputs,
            double tolerance) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final int[][] SHAPES = {{}, {0}, {1}, {17}, {3, 0}, {1, 1, 5}, {2, 3, 4}, {5, 1, 3}};

    /// Shapes with an axis whose lines have elements.
    private static final int[][] WITH_AXIS = {{1}, {7}, {3, 1}, {3, 5}, {0, 4}, {2, 3, 4}};

    private static final int[][] WITH_ELEMENTS = {{1}, {7}, {3, 1}, {3, 5}, {2, 3, 4}};

    private static final int[][] MATRICES = {{1, 1}, {3, 5}, {5, 3}, {2, 3, 3}, {0, 2}, {2, 0}, {2, 1, 2, 4}};

    /// Numbers with signs, whose sizes are 0.25, 0.35, ... in an order without a pattern: further from one another, from 0 and from the
    /// whole numbers than differences reach.
    private static Tensor numbers(int... dims) {
        int n = Shape.of(dims).size();
        float[] values = new float[n];
        SplittableRandom random = new SplittableRandom(n);
        for (int i = 0; i < n; i++) {
            int j = random.nextInt(i + 1);
            values[i] = values[j];
            values[j] = (0.1f * i + 0.25f) * (random.nextBoolean() ? 1 : -1);
        }
        return Tensor.of(Shape.of(dims), values);
    }

    private static Tensor positive(int... dims) {
        return numbers(dims).abs().add(0.4f);
    }

    private static List<Tensor[]> one(boolean positive, int[]... shapes) {
        List<Tensor[]> inputs = new ArrayList<>();
        for (int[] dims : shapes) {
            inputs.add(new Tensor[] {positive ? positive(dims) : numbers(dims)});
        }
        return inputs;
    }

    private static Operation unary(String name, Function<Tensor, Tensor> op, DoubleUnaryOperator f, boolean positive) {
        return new Operation(name, x -> op.apply(x[0]), x -> x[0].map(f), one(positive, SHAPES), 1e-6);
    }

    private static final int[][][] PAIRS = {{{}, {}}, {{}, {2, 3}}, {{5}, {}}, {{3, 5}, {3, 5}}, {{3, 1}, {1, 5}},
            {{2, 1, 4}, {3, 1}}, {{0}, {1}}, {{2, 0, 3}, {3}}};

    private static Operation binary(String name, Function<Tensor[], Tensor> op, DoubleBinaryOperator f) {
        List<Tensor[]> inputs = new ArrayList<>();
        for (int[][] dims : PAIRS) {
            // never equal: shifted by half the distance of two numbers
            inputs.add(new Tensor[] {positive(dims[0]).multiply(2), positive(dims[1]).multiply(2).add(0.1f)});
        }
        Function<Doubles[], Doubles> loop =
                x -> Doubles.filled(Shape.broadcast("test", x[0].shape, x[1].shape), place -> f.applyAsDouble(
                        x[0].at(within(x[0].shape, place)), x[1].at(within(x[1].shape, place))));
        return new Operation(name, op, loop, inputs, 1e-6);
    }

    /// The place in a tensor that is repeated to a larger one.
    private static int[] within(Shape small, int... place) {
        int[] own = new int[small.rank()];
        for (int i = 0; i < own.length; i++) {
            own[i] = small.dim(i) == 1 ? 0 : place[i + place.length - own.length];
        }
        return own;
    }

    static Stream<Operation> elementwise() {
        return Stream.of(
                unary("relu", Tensor::relu, x -> Math.max(x, 0), false),
                unary("leakyRelu", x -> x.leakyRelu(0.1f), x -> x > 0 ? x : 0.1f * x, false),
                unary("gelu", Tensor::gelu, x -> x * Functions.normalCdf(x), false),
                unary("silu", Tensor::silu, x -> x / (1 + Math.exp(-x)), false),
                unary("selu", x -> x.activate(Activation.SELU), x -> Functions.value(Activation.SELU, x), false),
                unary("softplus", Tensor::softplus, x -> Math.log(1 + Math.exp(x)), false),
                unary("clip", x -> x.clip(-0.5f, 0.4f), x -> Math.clamp(x, -0.5, 0.4f), false),
                unary("floor", Tensor::floor, Math::floor, true),
                unary("round", Tensor::round, Math::rint, false),
                unary("rsqrt", Tensor::rsqrt, x -> 1 / Math.sqrt(x), true),
                unary("log1p", Tensor::log1p, Math::log1p, true),
                unary("expm1", Tensor::expm1, Math::expm1, false),
                unary("isNaN", Tensor::isNaN, _ -> 0, false),
                unary("maximum of a number", x -> x.maximum(0.3f), x -> Math.max(x, 0.3f), false),
                unary("minimum of a number", x -> x.minimum(0.3f), x -> Math.min(x, 0.3f), false),
                unary("equal to a number", x -> x.equal(0.25f), x -> x == 0.25f ? 1 : 0, false),
                unary("not equal to a number", x -> x.notEqual(0.25f), x -> x != 0.25f ? 1 : 0, false),
                unary("greater than a number", x -> x.greater(0), x -> x > 0 ? 1 : 0, false),
                unary("at least a number", x -> x.greaterOrEqual(0), x -> x >= 0 ? 1 : 0, false),
                unary("less than a number", x -> x.less(0), x -> x < 0 ? 1 : 0, false),
                unary("at most a number", x -> x.lessOrEqual(0), x -> x <= 0 ? 1 : 0, false),
                unary("where with a number", x -> x.greater(0).where(x.square(), 3), x -> x > 0 ? x * x : 3, false),
                unary("where of a number", x -> x.greater(0).where(3, x.square()), x -> x > 0 ? 3 : x * x, false),
                unary("maskedFill", x -> x.square().maskedFill(x.less(0), -1), x -> x < 0 ? -1 : x * x, false),
                binary("atan2", x -> x[0].atan2(x[1]), Math::atan2),
                binary("notEqual", x -> x[0].notEqual(x[1]), (a, b) -> a != b ? 1 : 0),
                binary("less", x -> x[0].less(x[1]), (a, b) -> a < b ? 1 : 0),
                binary("lessOrEqual", x -> x[0].lessOrEqual(x[1]), (a, b) -> a <= b ? 1 : 0));
    }

    /// A reduction over all elements, over the last axis, dropped and kept, and over the first.
    private static Stream<Operation> reduction(String name, Function<Tensor, Tensor> all,
            BiFunction<Tensor, Axes, Tensor> op, ToDoubleFunction<double[]> f) {
        return Stream.of(
                new Operation(name, x -> all.apply(x[0]), x -> x[0].all(f),
                        one(false, new int[][] {{}, {1}, {17}, {2, 3, 4}}),
                        1e-6),
                new Operation(name + " of the last axis", x -> op.apply(x[0], Axes.of(-1)), x -> x[0].reduced(-1, f),
                        one(false, WITH_AXIS), 1e-6),
                new Operation(name + " of the first axis", x -> op.apply(x[0], Axes.of(0)), x -> x[0].reduced(0, f),
                        one(false, new int[][] {{1}, {7}, {5, 1}, {3, 5}, {4, 0}, {2, 3, 4}}), 1e-6),
                new Operation(name + " of two axes, kept", x -> op.apply(x[0], keepDims(0, 2)),
                        x -> Doubles.filled(Shape.of(1, x[0].shape.dim(1), 1), place -> {
                            var both = Stream.iterate(0, i -> i + 1).limit(x[0].shape.dim(0))
                                    .flatMapToDouble(i -> Arrays.stream(x[0].line(2, i, place[1], 0)));
                            return f.applyAsDouble(both.toArray());
                        }), one(false, new int[][] {{1, 1, 1}, {2, 3, 4}, {3, 1, 2}}), 1e-6));
    }

    private static double sum(DoubleUnaryOperator f, double... line) {
        double sum = 0;
        for (double value : line) {
            sum += f.applyAsDouble(value);
        }
        return sum;
    }

    private static double product(double... line) {
        double product = 1;
        for (double value : line) {
            product *= value;
        }
        return product;
    }

    private static double variance(double... line) {
        double mean = sum(x -> x, line) / line.length;
        return sum(x -> (x - mean) * (x - mean), line) / line.length;
    }

    private static double least(double... line) {
        return Arrays.stream(line).min().orElseThrow();
    }

    static Stream<Operation> reductions() {
        return Stream.of(
                reduction("sum", Tensor::sum, Tensor::sum, line -> sum(x -> x, line)),
                reduction("mean", Tensor::mean, Tensor::mean, line -> sum(x -> x, line) / line.length),
                reduction("max", Tensor::max, Tensor::max, line -> -least(Arrays.stream(line).map(x -> -x).toArray())),
                reduction("min", Tensor::min, Tensor::min, OperationsTest::least),
                reduction("prod", Tensor::prod, Tensor::prod, OperationsTest::product),
                reduction("var", Tensor::var, Tensor::var, OperationsTest::variance),
                reduction("std", Tensor::std, Tensor::std, line -> Math.sqrt(variance(line))),
                reduction("norm", Tensor::norm, Tensor::norm, line -> Math.sqrt(sum(x -> x * x, line))),
                reduction("pNorm 1", x -> x.pNorm(1), (x, axes) -> x.pNorm(1, axes), line -> sum(Math::abs, line)),
                reduction("pNorm 3", x -> x.pNorm(3), (x, axes) -> x.pNorm(3, axes),
                        line -> Math.cbrt(sum(x -> Math.abs(x * x * x), line))),
                reduction("pNorm inf", x -> x.pNorm(Float.POSITIVE_INFINITY),
                        (x, axes) -> x.pNorm(Float.POSITIVE_INFINITY, axes),
                        line -> Arrays.stream(line).map(Math::abs).max().orElseThrow()),
                reduction("logSumExp", Tensor::logSumExp, Tensor::logSumExp, line -> Math.log(sum(Math::exp, line))),
                reduction("any", x -> x.greater(0).any(), (x, axes) -> x.greater(0).any(axes),
                        line -> Arrays.stream(line).anyMatch(x -> x > 0) ? 1 : 0),
                reduction("all", x -> x.greater(0).all(), (x, axes) -> x.greater(0).all(axes),
                        line -> Arrays.stream(line).allMatch(x -> x > 0) ? 1 : 0))
                .flatMap(x -> x);
    }

    private static Operation along(String name, BiFunction<Tensor, Integer, Tensor> op, int axis,
            IntUnaryOperator length, Function<double[], double[]> f) {
        return along(name, op, axis, length, f, WITH_AXIS);
    }

    private static Operation along(String name, BiFunction<Tensor, Integer, Tensor> op, int axis,
            IntUnaryOperator length, Function<double[], double[]> f, int[][] shapes) {
        return new Operation(name + " along axis " + axis, x -> op.apply(x[0], axis),
                x -> x[0].lines(axis, length.applyAsInt(x[0].shape.dim(axis)), f), one(false, shapes), 1e-6);
    }

    private static double[] sorted(double... line) {
        double[] sorted = line.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    /// Reads each element of a line of this length from another place of it, or, below 0, as 0.
    private static Function<double[], double[]> moved(IntUnaryOperator length,
            IntBinaryOperator from) {
        return line -> {
            double[] y = new double[length.applyAsInt(line.length)];
            for (int i = 0; i < y.length; i++) {
                int at = from.applyAsInt(i, line.length);
                y[i] = at < 0 || at >= line.length ? 0 : line[at];
            }
            return y;
        };
    }

    static Stream<Operation> alongAnAxis() {
        return Stream.of(0, -1).flatMap(axis -> Stream.of(
                along("softmax", Tensor::softmax, axis, n -> n, line -> {
                    double total = sum(Math::exp, line);
                    return Arrays.stream(line).map(x -> Math.exp(x) / total).toArray();
                }),
                along("logSoftmax", Tensor::logSoftmax, axis, n -> n, line -> {
                    double total = Math.log(sum(Math::exp, line));
                    return Arrays.stream(line).map(x -> x - total).toArray();
                }),
                along("cumsum", Tensor::cumsum, axis, n -> n, line -> {
                    double[] sums = line.clone();
                    for (int i = 1; i < sums.length; i++) {
                        sums[i] += sums[i - 1];
                    }
                    return sums;
                }),
                along("sort", Tensor::sort, axis, n -> n, OperationsTest::sorted),
                along("argsort", (x, k) -> x.argsort(k).toTensor(), axis, n -> n, line -> {
                    double[] sorted = sorted(line);
                    double[] places = new double[line.length];
                    for (int i = 0; i < line.length; i++) {
                        places[Arrays.binarySearch(sorted, line[i])] = i;
                    }
                    return places;
                }),
                along("topK", (x, k) -> x.topK(x.dim(k) / 2, k).values(), axis, n -> n / 2,
                        line -> Arrays.stream(sorted(line)).boxed().sorted((a, b) -> Double.compare(b, a))
                                .mapToDouble(x -> x).toArray()),
                along("argmax", (x, k) -> x.argmax(k).toTensor().expandDims(k), axis, _ -> 1, line -> {
                    int best = 0;
                    for (int i = 0; i < line.length; i++) {
                        best = line[i] > line[best] ? i : best;
                    }
                    return new double[] {best};
                }, WITH_ELEMENTS),
                along("argmin", (x, k) -> x.argmin(k).toTensor().expandDims(k), axis, _ -> 1, line -> {
                    int best = 0;
                    for (int i = 0; i < line.length; i++) {
                        best = line[i] < line[best] ? i : best;
                    }
                    return new double[] {best};
                }, WITH_ELEMENTS),
                along("flip", (x, k) -> x.flip(k), axis, n -> n, moved(n -> n, (i, n) -> n - 1 - i)),
                along("roll", (x, k) -> x.roll(k, 2), axis, n -> n, moved(n -> n, (i, n) -> Math.floorMod(i - 2, n))),
                along("roll back", (x, k) -> x.roll(k, -8), axis, n -> n, moved(n -> n, (i, n) -> (i + 8) % n)),
                along("repeat", (x, k) -> x.repeat(k, 3), axis, n -> 3 * n, moved(n -> 3 * n, (i, _) -> i / 3)),
                along("pad", (x, k) -> x.pad(k, 2, 1), axis, n -> n + 3, moved(n -> n + 3, (i, _) -> i - 2)),
                along("slice by a step", (x, k) -> x.slice(k, 0, x.dim(k), 2), axis, n -> (n + 1) / 2,
                        moved(n -> (n + 1) / 2, (i, _) -> 2 * i)),
                along("slice backwards", (x, k) -> x.slice(k, x.dim(k) - 1, -1, -2), axis, n -> (n + 1) / 2,
                        moved(n -> (n + 1) / 2, (i, n) -> n - 1 - 2 * i)),
                along("split",
                        (x, k) -> Tensor.concat(k, x.split(k, 1, x.dim(k) - 1)[1], x.split(k, 1, x.dim(k) - 1)[0]),
                        axis,
                        n -> n, moved(n -> n, (i, n) -> (i + 1) % n), WITH_ELEMENTS),
                along("take", (x, k) -> x.take(Indices.of(0, x.dim(k) - 1, 0), k), axis, _ -> 3,
                        moved(_ -> 3, (i, n) -> i == 1 ? n - 1 : 0), WITH_ELEMENTS)));
    }

    private static Operation shaped(String name, Function<Tensor, Tensor> op, Function<Shape, Shape> shape,
            Function<Doubles, ToDoubleFunction<int[]>> f, int[]... shapes) {
        return new Operation(name, x -> op.apply(x[0]), x -> Doubles.filled(shape.apply(x[0].shape), f.apply(x[0])),
                one(false, shapes), 1e-6);
    }

    static Stream<Operation> shapes() {
        return Stream.of(
                shaped("flatten", Tensor::flatten, s -> Shape.of(s.size()), x -> p -> x.values[p[0]], SHAPES),
                shaped("flatten from 1", x -> x.flatten(1), s -> Shape.of(s.dim(0), s.size() / Math.max(1, s.dim(0))),
                        x -> p -> x.values[p[0] * (x.values.length / x.shape.dim(0)) + p[1]],
                        new int[][] {{2, 3}, {2, 3, 4}, {1, 1, 1}}),
                shaped("squeeze", x -> x.reshape(3, 1, 4, 1).squeeze(), _ -> Shape.of(3, 4), x -> x::at,
                        new int[] {3, 4}),
                shaped("squeeze one", x -> x.reshape(3, 1, 4, 1).squeeze(-1, 1), _ -> Shape.of(3, 4), x -> x::at,
                        new int[] {3, 4}),
                shaped("expandDims", x -> x.expandDims(-1).expandDims(0),
                        s -> Shape.of(1).append(s.toArray()).append(1),
                        x -> p -> x.at(Arrays.copyOfRange(p, 1, p.length - 1)), SHAPES),
                shaped("stack last", x -> Tensor.stack(-1, x, x.multiply(2)), s -> s.append(2),
                        x -> p -> x.at(Arrays.copyOf(p, p.length - 1)) * (p[p.length - 1] + 1), SHAPES),
                shaped("stack first", x -> Tensor.stack(0, x, x.multiply(2), x), s -> Shape.of(3).append(s.toArray()),
                        x -> p -> x.at(Arrays.copyOfRange(p, 1, p.length)) * (p[0] % 2 + 1), SHAPES),
                shaped("chunk", x -> x.chunk(1, 2)[0].multiply(x.chunk(1, 2)[1]), s -> s.with(1, s.dim(1) / 2),
                        x -> p -> x.at(p[0], p[1]) * x.at(p[0], p[1] + x.shape.dim(1) / 2), new int[] {3, 4},
                        new int[] {2, 0}),
                shaped("pad with a number", x -> x.pad(1, 0, 2, 7), s -> s.with(1, s.dim(1) + 2),
                        x -> p -> p[1] < x.shape.dim(1) ? x.at(p) : 7, new int[] {3, 4}, new int[] {2, 0}),
                shaped("tile", x -> x.tile(2, 1, 3), s -> Shape.of(2, s.dim(0), 3 * s.dim(1)),
                        x -> p -> x.at(p[1], p[2] % x.shape.dim(1)), new int[] {3, 4}, new int[] {2, 0},
                        new int[] {1, 1}),
                shaped("tile of the last axis", x -> x.tile(2), s -> s.with(-1, 2 * s.dim(-1)),
                        x -> p -> x.at(p[0], p[1] % x.shape.dim(1)), new int[] {3, 4}),
                shaped("transpose", Tensor::transpose, s -> s.with(-1, s.dim(-2)).with(-2, s.dim(-1)), x -> p -> {
                    int[] q = p.clone();
                    q[p.length - 1] = p[p.length - 2];
                    q[p.length - 2] = p[p.length - 1];
                    return x.at(q);
                }, MATRICES),
                shaped("diagonal", Tensor::diagonal, s -> s.without(-1).with(-1, Math.min(s.dim(-1), s.dim(-2))),
                        x -> p -> x.at(inserted(p, p.length, p[p.length - 1])), MATRICES),
                shaped("diagonal above", x -> x.diagonal(1), s -> Shape.of(Math.min(s.dim(0), s.dim(1) - 1)),
                        x -> p -> x.at(p[0], p[0] + 1), new int[] {3, 5}, new int[] {5, 3}, new int[] {1, 1}),
                shaped("diagonal below", x -> x.diagonal(-2), s -> Shape.of(Math.min(s.dim(0) - 2, s.dim(1))),
                        x -> p -> x.at(p[0] + 2, p[0]), new int[] {3, 5}, new int[] {5, 3}),
                shaped("tril", x -> x.tril(), s -> s, x -> p -> p[p.length - 1] <= p[p.length - 2] ? x.at(p) : 0,
                        MATRICES),
                shaped("tril 1", x -> x.tril(1), s -> s, x -> p -> p[p.length - 1] <= p[p.length - 2] + 1 ? x.at(p) : 0,
                        MATRICES),
                shaped("triu", x -> x.triu(), s -> s, x -> p -> p[p.length - 1] >= p[p.length - 2] ? x.at(p) : 0,
                        MATRICES),
                shaped("triu -1", x -> x.triu(-1), s -> s,
                        x -> p -> p[p.length - 1] >= p[p.length - 2] - 1 ? x.at(p) : 0,
                        MATRICES),
                shaped("slice of several axes", x -> x.slice("1:3, ::2, -1"), _ -> Shape.of(2, 2),
                        x -> p -> x.at(p[0] + 1, 2 * p[1], 4), new int[] {4, 3, 5}),
                shaped("slice with an ellipsis", x -> x.slice("..., ::-1"), s -> s, x -> p -> {
                    int[] q = p.clone();
                    q[p.length - 1] = x.shape.dim(-1) - 1 - p[p.length - 1];
                    return x.at(q);
                }, WITH_AXIS),
                shaped("slice of open ends", x -> x.slice("-2:, :2"), _ -> Shape.of(2, 2),
                        x -> p -> x.at(p[0] + 1, p[1]),
                        new int[] {3, 5}),
                shaped("slice downwards", x -> x.slice("1, 4:1:-2"), _ -> Shape.of(2), x -> p -> x.at(1, 4 - 2 * p[0]),
                        new int[] {3, 5}),
                shaped("takeAlongAxis", x -> x.takeAlongAxis(Indices.of(new int[] {4, 0, 0, 1, 1, 3}, 3, 2), 1),
                        _ -> Shape.of(3, 2), x -> p -> x.at(p[0], new int[] {4, 0, 0, 1, 1, 3}[p[0] * 2 + p[1]]),
                        new int[] {3, 5}),
                shaped("take of matrices", x -> x.take(Indices.of(new int[] {1, 0, 1, 1}, 2, 2), 1),
                        s -> Shape.of(2, 2, 2, 4),
                        x -> p -> x.at(p[0], p[1] == 0 && p[2] == 1 ? 0 : 1, p[3]), new int[] {2, 3, 4}));
    }

    private static Operation two(String name, Function<Tensor[], Tensor> op, Function<Doubles[], Doubles> loop, int[] a,
            int[] b) {
        return new Operation(name, op, loop,
                List.<Tensor[]>of(new Tensor[] {Numbers.normal(1, a), Numbers.normal(2, b)}), 2e-6);
    }

    private static Operation einsum(String terms, Shape shape, int[] letters, int sizes, int[] a, int[] b,
            BiFunction<Doubles[], int[], Double> term) {
        return two("einsum " + terms, x -> Tensor.einsum(terms, x), x -> Doubles.filled(shape, place -> {
            double sum = 0;
            for (int i = 0; i < sizes; i++) {
                int[] all = Arrays.copyOf(place, place.length + letters.length);
                for (int k = letters.length - 1, rest = i; k >= 0; rest /= letters[k--]) {
                    all[place.length + k] = rest % letters[k];
                }
                sum += term.apply(x, all);
            }
            return sum;
        }), a, b);
    }

    static Stream<Operation> products() {
        return Stream.of(
                einsum("i,i->", Shape.SCALAR, new int[] {4}, 4, new int[] {4}, new int[] {4},
                        (x, p) -> x[0].at(p[0]) * x[1].at(p[0])),
                two("dot", x -> x[0].dot(x[1]), x -> x[0].all(v -> {
                    double sum = 0;
                    for (int i = 0; i < v.length; i++) {
                        sum += v[i] * x[1].values[i];
                    }
                    return sum;
                }), new int[] {5}, new int[] {5}),
                two("dot of nothing", x -> x[0].dot(x[1]), _ -> new Doubles(Shape.SCALAR, 0), new int[] {0},
                        new int[] {0}),
                two("outer", x -> x[0].outer(x[1]),
                        x -> Doubles.filled(Shape.of(3, 4), p -> x[0].at(p[0]) * x[1].at(p[1])), new int[] {3},
                        new int[] {4}),
                two("vector times matrix", x -> x[0].matmul(x[1]), x -> Doubles.filled(Shape.of(3), p -> {
                    double sum = 0;
                    for (int k = 0; k < 4; k++) {
                        sum += x[0].at(k) * x[1].at(k, p[0]);
                    }
                    return sum;
                }), new int[] {4}, new int[] {4, 3}),
                two("stack times vector", x -> x[0].matmul(x[1]), x -> Doubles.filled(Shape.of(2, 3), p -> {
                    double sum = 0;
                    for (int k = 0; k < 4; k++) {
                        sum += x[0].at(p[0], p[1], k) * x[1].at(k);
                    }
                    return sum;
                }), new int[] {2, 3, 4}, new int[] {4}),
                two("vector times stack", x -> x[0].matmul(x[1]), x -> Doubles.filled(Shape.of(2, 3), p -> {
                    double sum = 0;
                    for (int k = 0; k < 4; k++) {
                        sum += x[0].at(k) * x[1].at(p[0], k, p[1]);
                    }
                    return sum;
                }), new int[] {4}, new int[] {2, 4, 3}),
                einsum("bij,bjk->bik", Shape.of(2, 3, 5), new int[] {4}, 4, new int[] {2, 3, 4}, new int[] {2, 4, 5},
                        (x, p) -> x[0].at(p[0], p[1], p[3]) * x[1].at(p[0], p[3], p[2])),
                einsum("ij,kj", Shape.of(3, 5), new int[] {4}, 4, new int[] {3, 4}, new int[] {5, 4},
                        (x, p) -> x[0].at(p[0], p[2]) * x[1].at(p[1], p[2])),
                einsum("ijk,jil->kl", Shape.of(4, 5), new int[] {2, 3}, 6, new int[] {2, 3, 4}, new int[] {3, 2, 5},
                        (x, p) -> x[0].at(p[2], p[3], p[0]) * x[1].at(p[3], p[2], p[1])),
                einsum("ii,ij->ji", Shape.of(4, 3), new int[] {}, 1, new int[] {3, 3}, new int[] {3, 4},
                        (x, p) -> x[0].at(p[1], p[1]) * x[1].at(p[1], p[0])),
                einsum("ij,k->k", Shape.of(4), new int[] {2, 3}, 6, new int[] {2, 3}, new int[] {4},
                        (x, p) -> x[0].at(p[1], p[2]) * x[1].at(p[0])),
                einsum("...i,ij->...j", Shape.of(2, 3, 5), new int[] {4}, 4, new int[] {2, 3, 4}, new int[] {4, 5},
                        (x, p) -> x[0].at(p[0], p[1], p[3]) * x[1].at(p[3], p[2])),
                einsum("i...,i...->...", Shape.of(2, 3), new int[] {4}, 4, new int[] {4, 2, 1}, new int[] {4, 3},
                        (x, p) -> x[0].at(p[2], p[0], 0) * x[1].at(p[2], p[1])),
                einsum("i,j->ij", Shape.of(2, 0), new int[] {}, 1, new int[] {2}, new int[] {0}, (x, p) -> 0.0),
                einsum("ij,jk->ik", Shape.of(2, 3), new int[] {0}, 0, new int[] {2, 0}, new int[] {0, 3},
                        (x, p) -> 0.0),
                new Operation("einsum of one", x -> Tensor.einsum("iji->j", x),
                        x -> x[0].reduced(0, v -> 0).shape().rank() == 2 ? Doubles.filled(Shape.of(2),
                                p -> x[0].at(0, p[0], 0) + x[0].at(1, p[0], 1) + x[0].at(2, p[0], 2)) : null,
                        one(false, new int[] {3, 2, 3}), 1e-6),
                new Operation("einsum of three", x -> Tensor.einsum("ij,jk,ki->", x), x -> new Doubles(Shape.SCALAR,
                        cycle(x)), List.<Tensor[]>of(
                                new Tensor[] {Numbers.normal(3, 2, 3), Numbers.normal(4, 3, 4),
                                        Numbers.normal(5, 4, 2)}),
                        5e-6),
                two("scatterAdd", x -> x[0].scatterAdd(1, Indices.of(new int[] {4, 0, 0, 1, 1, 1}, 3, 2), x[1]), x -> {
                    double[] sums = x[0].values.clone();
                    int[] to = {4, 0, 0, 1, 1, 1};
                    for (int i = 0; i < 6; i++) {
                        sums[i / 2 * 5 + to[i]] += x[1].values[i];
                    }
                    return new Doubles(x[0].shape, sums);
                }, new int[] {3, 5}, new int[] {3, 2}));
    }

    private static double cycle(Doubles... x) {
        double sum = 0;
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 3; j++) {
                for (int k = 0; k < 4; k++) {
                    sum += x[0].at(i, j) * x[1].at(j, k) * x[2].at(k, i);
                }
            }
        }
        return sum;
    }

    static Stream<Operation> operations() {
        return Stream.of(elementwise(), reductions(), alongAnAxis(), shapes(), products()).flatMap(x -> x);
    }

    @ParameterizedTest
    @MethodSource("operations")
    void valuesAreThoseOfLoops(Operation operation) {
        for (Tensor[] inputs : operation.inputs) {
            Doubles expected = operation.loop.apply(Stream.of(inputs).map(Doubles::of).toArray(Doubles[]::new));
            Tensor y = operation.op.apply(inputs);
            String what = operation.name + " of " + inputs[0].shape();
            assertEquals(expected.shape, y.shape(), what);
            float[] values = y.toArray();
            for (int i = 0; i < values.length; i++) {
                double value = expected.values[i];
                assertEquals(value, values[i], operation.tolerance * Math.max(1, Math.abs(value)),
                        what + " element " + i);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("operations")
    void derivativesAreThoseOfDifferences(Operation operation) {
        for (Tensor[] inputs : operation.inputs) {
            assertGradients(operation.name + " of " + inputs[0].shape(), operation.op, inputs);
            // squared, so that the second derivative is not 0 where the operation only moves elements
            assertGradients(operation.name + " squared of " + inputs[0].shape(), x -> operation.op.apply(x).square(),
                    inputs);
        }
    }
}
