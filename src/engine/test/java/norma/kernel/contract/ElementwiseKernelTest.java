package norma.kernel.contract;

import static norma.kernel.contract.Samples.SIZES;
import static norma.kernel.contract.Samples.assertClose;
import static norma.kernel.contract.Samples.assertSteady;
import static norma.kernel.contract.Samples.normal;
import static norma.kernel.contract.Samples.of;
import static norma.kernel.contract.Samples.room;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import norma.kernel.Activation;
import norma.kernel.Floats;
import norma.kernel.contract.ElementwiseKernel.Binary;
import norma.kernel.contract.ElementwiseKernel.Unary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ElementwiseKernelTest {
    private static final float INF = Float.POSITIVE_INFINITY;
    private static final float[] SPECIAL = {0f, -0f, 1, -1, INF, -INF, Float.NaN, Float.MIN_VALUE, -Float.MIN_VALUE,
            Float.MAX_VALUE, -Float.MAX_VALUE, 1e-20f, 88.7f, 89.5f, -87.3f, -87.4f, -103.9f, -105, 9.9f, -20};

    static List<Kernels> sets() {
        return Samples.sets();
    }

    private static DoubleUnaryOperator exact(Unary op) {
        return switch (op) {
            case NEGATE -> x -> -x;
            case ABS -> Math::abs;
            case SIGN -> Math::signum;
            case FLOOR -> Math::floor;
            case ROUND -> Math::rint;
            case RSQRT -> x -> 1 / Math.sqrt(x);
            case EXPM1 -> Math::expm1;
            case LOG1P -> Math::log1p;
            case SOFTPLUS -> x -> x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
            case SQUARE -> x -> x * x;
            case SQRT -> Math::sqrt;
            case RECIPROCAL -> x -> 1 / x;
            case EXP -> Math::exp;
            case LOG -> Math::log;
            case TANH -> Math::tanh;
            case SIGMOID -> x -> 1 / (1 + Math.exp(-x));
            case ERF -> Functions::erf;
            case SIN -> Math::sin;
            case COS -> Math::cos;
        };
    }

    /// erf as its Taylor series, which cancels beyond 3.
    private static double erf(double x) {
        double sum = 0, term = x;
        for (int n = 0; n < 200; n++) {
            sum += term / (2 * n + 1);
            term *= -x * x / (n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * sum;
    }

    /// Off by how many units in the last place of the exact value, at most.
    private static double worst(DoubleUnaryOperator exact, Floats x, Floats y, double smallest) {
        double worst = 0;
        for (int i = 0; i < x.length(); i++) {
            double e = exact.applyAsDouble(x.get(i));
            worst = Math.max(worst, Math.abs(y.get(i) - e) / Math.max(smallest, Math.ulp((float) e)));
        }
        return worst;
    }

    @ParameterizedTest
    @MethodSource("sets")
    void functionsAreRightToThreeUlp(Kernels kernels) {
        for (Unary op : Unary.values()) {
            double from = List.of(Unary.LOG, Unary.LOG1P, Unary.SQRT, Unary.RSQRT).contains(op) ? 1e-3
                    : op == Unary.EXP ? -87 : -12;
            double to = op == Unary.EXP ? 88 : 12;
            Floats x = of(40_001, i -> from + (to - from) * i / 40_001);
            Floats y = room(x.length());
            kernels.elementwise().unary(op, x, y);
            assertTrue(worst(exact(op), x, y, 0) <= 3, op + " off by " + worst(exact(op), x, y, 0));
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void smallArgumentsKeepTheirDigits(Kernels kernels) {
        for (Unary op : List.of(Unary.TANH, Unary.ERF, Unary.LOG, Unary.LOG1P, Unary.EXPM1)) {
            Floats x = of(20_000, i -> (op == Unary.LOG ? 1 : 0) + Math.pow(10, -i / 2000.0) * (i % 2 * 2 - 1) * 0.9);
            if (op == Unary.LOG) {
                x = of(20_000, i -> 1 + (i - 10_000) * 1e-5);
            }
            Floats y = room(x.length());
            kernels.elementwise().unary(op, x, y);
            assertTrue(worst(exact(op), x, y, 0) <= 3, op + " off by " + worst(exact(op), x, y, 0));
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void specialValues(Kernels kernels) {
        for (Unary op : Unary.values()) {
            // The libraries of devices know the period of sine and cosine to a few digits only.
            boolean periodic = !Samples.exact() && List.of(Unary.SIN, Unary.COS).contains(op);
            Floats x = of(SPECIAL.length, i -> periodic && Math.abs(SPECIAL[i]) == Float.MAX_VALUE ? 0 : SPECIAL[i]);
            Floats y = room(x.length());
            kernels.elementwise().unary(op, x, y);
            // Floats below MIN_NORMAL have fewer digits: one of their steps is allowed.
            assertClose(i -> (float) exact(op).applyAsDouble(x.get(i)), y, 2.5e-7);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void expReachesDownToTheSmallestFloat(Kernels kernels) {
        Floats x = of(2000, i -> -87 - i * 0.0085);
        Floats y = room(x.length());
        kernels.elementwise().unary(Unary.EXP, x, y);
        assertTrue(worst(Math::exp, x, y, Float.MIN_VALUE) <= 1);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void everySizeGivesTheBitsOfItsElements(Kernels kernels) {
        for (int n : SIZES) {
            Floats x = normal(n, n);
            for (Unary op : Unary.values()) {
                Floats all = room(n), one = room(1);
                kernels.elementwise().unary(op, x, all);
                for (int i = 0; i < n; i++) {
                    kernels.elementwise().unary(op, x.slice(i, 1), one);
                    assertEquals(one.get(0), all.get(i), op + " of element " + i + " of " + n);
                }
                assertClose(all::get, all, 0);
            }
        }
    }

    private static DoubleBinaryOperator exact(Binary op) {
        return switch (op) {
            case ADD -> Double::sum;
            case SUBTRACT -> (a, b) -> a - b;
            case MULTIPLY -> (a, b) -> a * b;
            case DIVIDE -> (a, b) -> a / b;
            case POWER -> Math::pow;
            case ATAN2 -> Math::atan2;
            case MAXIMUM -> Math::max;
            case MINIMUM -> Math::min;
            case EQUAL -> (a, b) -> a == b ? 1 : 0;
            case GREATER -> (a, b) -> a > b ? 1 : 0;
            case GREATER_OR_EQUAL -> (a, b) -> a >= b ? 1 : 0;
            case NOT_EQUAL -> (a, b) -> a != b ? 1 : 0;
            case LESS -> (a, b) -> a < b ? 1 : 0;
            case LESS_OR_EQUAL -> (a, b) -> a <= b ? 1 : 0;
        };
    }

    private static void checkBinary(Kernels kernels, Floats a, Floats b, Broadcast shape) {
        int n = 1;
        for (int dim : shape.dims()) {
            n *= dim;
        }
        int[] as = new int[n], bs = new int[n];
        for (int y = 0; y < n; y++) {
            for (int axis = shape.dims().length - 1, rest = y; axis >= 0; rest /= shape.dims()[axis--]) {
                as[y] += rest % shape.dims()[axis] * shape.aStrides()[axis];
                bs[y] += rest % shape.dims()[axis] * shape.bStrides()[axis];
            }
        }
        for (Binary op : Binary.values()) {
            Floats y = room(n);
            kernels.elementwise().binary(op, a, b, y, shape);
            assertClose(i -> (float) exact(op).applyAsDouble(a.get(as[i]), b.get(bs[i])), y, 0);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void operandsWalkByTheirStrides(Kernels kernels) {
        for (int n : SIZES) {
            Floats a = normal(7 * n, 1), b = normal(7 * n, 2);
            int[] dims = {7, n}, dense = {n, 1}, column = {1, 0}, row = {0, 1}, scalar = {0, 0}, transposed = {1, 7};
            for (int[] strides : List.of(dense, column, row, scalar, transposed)) {
                checkBinary(kernels, a, b, new Broadcast(dims, dense, strides));
                checkBinary(kernels, a, b, new Broadcast(dims, strides, dense));
            }
            checkBinary(kernels, a, b, new Broadcast(new int[] {7 * n}, new int[] {1}, new int[] {1}));
        }
        Floats a = normal(2 * 3 * 20, 3), b = normal(3, 4);
        checkBinary(kernels, a, b, new Broadcast(new int[] {2, 3, 20}, new int[] {60, 20, 1}, new int[] {0, 1, 0}));
    }

    @ParameterizedTest
    @MethodSource("sets")
    void binaryOfSpecialValues(Kernels kernels) {
        int n = SPECIAL.length;
        Floats x = of(n, i -> SPECIAL[i]);
        checkBinary(kernels, x, x, new Broadcast(new int[] {n, n}, new int[] {1, 0}, new int[] {0, 1}));
    }

    @ParameterizedTest
    @MethodSource("sets")
    void affineAddScaledAndWhere(Kernels kernels) {
        for (int n : SIZES) {
            Floats x = normal(n, 1), z = normal(n, 2);
            Floats y = room(n);
            kernels.elementwise().affine(x, 3, -2, y);
            assertClose(i -> 3.0 * x.get(i) - 2, y, 2.4e-7);
            Floats sum = Samples.copy(z);
            kernels.elementwise().addScaled(x, -0.3f, sum);
            assertClose(i -> z.get(i) - (double) 0.3f * x.get(i), sum, 1.2e-7);
            Floats condition = of(n, i -> i % 3 == 0 ? 0 : i % 3 == 1 ? Double.NaN : -2);
            kernels.elementwise().where(condition, x, z, y);
            assertClose(i -> i % 3 == 0 ? z.get(i) : x.get(i), y, 0);
        }
    }

    /// f by its definition.
    private static double activation(Activation f, double x) {
        return switch (f) {
            case IDENTITY -> x;
            case RELU -> Math.max(x, 0);
            case GELU_ERF -> x * Functions.erfc(-x / Math.sqrt(2)) / 2;
            case GELU_TANH -> x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))) / 2;
            case SILU -> x / (1 + Math.exp(-x));
            case SELU -> 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x));
        };
    }

    @ParameterizedTest
    @MethodSource("sets")
    void activationsAndTheirSlopes(Kernels kernels) {
        for (Activation f : Activation.values()) {
            for (int n : new int[] {1, 17, 702, 40_000}) {
                Floats x = of(n, i -> 12.0 * (i + 0.7) / n - 6), dy = normal(n, 3), y = room(n), dx = room(n);
                kernels.elementwise().activate(f, x, y);
                kernels.elementwise().activateBackward(f, x, dy, dx);
                // Half a unit in the last place of numbers up to 6 is 2.4e-7.
                assertClose(i -> activation(f, x.get(i)), y, 2.4e-7);
                double h = 1e-5;
                assertClose(i -> dy.get(i) * (activation(f, x.get(i) + h) - activation(f, x.get(i) - h)) / (2 * h), dx,
                        3e-6);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void activationsReachTheirLimits(Kernels kernels) {
        Floats x = of(5, i -> new float[] {INF, -INF, Float.NaN, 1e30f, -1e30f}[i]), ones = of(5, i -> 1);
        for (Activation f : List.of(Activation.RELU, Activation.GELU_ERF, Activation.GELU_TANH, Activation.SILU)) {
            Floats y = room(5), dx = room(5);
            kernels.elementwise().activate(f, x, y);
            kernels.elementwise().activateBackward(f, x, ones, dx);
            assertClose(i -> new float[] {INF, 0, Float.NaN, 1e30f, 0}[i] + 0f, y, 1e-30);
            assertClose(i -> new float[] {1, 0, Float.NaN, 1, 0}[i], dx, 1e-30);
        }
        Floats y = room(5), dx = room(5);
        kernels.elementwise().activate(Activation.SELU, x, y);
        kernels.elementwise().activateBackward(Activation.SELU, x, ones, dx);
        assertClose(i -> new double[] {INF, -1.7580993, Float.NaN, 1.0507010e30, -1.7580993}[i], y.slice(0, 3), 2e-7);
        assertClose(i -> new double[] {1.0507010e30, -1.7580993}[i], y.slice(3, 2), 1e23);
        assertClose(i -> new double[] {1.0507010, 0, Float.NaN, 1.0507010, 0}[i], dx, 2e-7);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void permuteWalksAnyStrides(Kernels kernels) {
        for (int n : SIZES) {
            Floats x = normal(5 * n * 3, 1);
            checkPermute(kernels, x, new int[] {n, 5, 3}, new int[] {3, 3 * n, 1});
            checkPermute(kernels, x, new int[] {3, n, 5}, new int[] {1, 3, 3 * n});
            checkPermute(kernels, x, new int[] {5, 3 * n}, new int[] {1, 5});
            checkPermute(kernels, x, new int[] {3 * n, 5}, new int[] {1, 3 * n});
            checkPermute(kernels, x, new int[] {4, n, 5}, new int[] {0, 1, 0});
            checkPermute(kernels, x, new int[] {n}, new int[] {3});
        }
        Floats x = normal(300 * 257, 2);
        checkPermute(kernels, x, new int[] {257, 300}, new int[] {1, 257});
    }

    private static void checkPermute(Kernels kernels, Floats x, int[] dims, int[] strides) {
        int n = 1;
        for (int dim : dims) {
            n *= dim;
        }
        Floats y = room(n);
        kernels.elementwise().permute(x, y, dims, strides);
        assertClose(i -> {
            int from = 0;
            for (int axis = dims.length - 1, rest = i; axis >= 0; rest /= dims[axis--]) {
                from += rest % dims[axis] * strides[axis];
            }
            return x.get(from);
        }, y, 0);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void neitherThreadsNorCompilationChangeTheBits(Kernels kernels) {
        for (int n : new int[] {45, 100_000}) {
            Floats x = normal(n, 1), dy = normal(n, 2);
            for (Unary op : Unary.values()) {
                assertSteady(() -> {
                    Floats y = room(n);
                    kernels.elementwise().unary(op, x, y);
                    return y;
                });
            }
            for (Activation f : Activation.values()) {
                assertSteady(() -> {
                    Floats y = room(2 * n);
                    kernels.elementwise().activate(f, x, y.slice(0, n));
                    kernels.elementwise().activateBackward(f, x, dy, y.slice(n, n));
                    return y;
                });
            }
        }
    }

    @Test
    void errorFunctionIsRightInDouble() {
        for (double x = -3; x <= 3; x += 0.01) {
            // Taylor's terms reach exp(9), so the sum is right to about 1e-12.
            assertEquals(erf(x), Functions.erf(x), 2e-12);
        }
        // Values of erfc from Abramowitz & Stegun's formula 7.1.23 summed to 40 digits.
        assertEquals(1.5374597944280349e-12, Functions.erfc(5), 1e-26);
        assertEquals(2.0884875837625448e-45, Functions.erfc(10), 1e-59);
        assertEquals(2 - 1.5374597944280349e-12, Functions.erfc(-5), 1e-15);
    }
}
