package norma.kernel.contract;

import java.util.Arrays;
import norma.kernel.Activation;
import norma.kernel.Floats;
import norma.parallel.Workers;

/// Maths on one element at a time.
public interface ElementwiseKernel {

    /// y = value
    default void fill(float value, Floats y) {
        Arrays.fill(y.array(), y.offset(), y.offset() + y.length(), value);
    }

    /// y = x; lengths equal.
    default void copy(Floats x, Floats y) {
        copyRows(1, y.length(), x, 0, y, 0);
    }

    /// Copies rows that begin `xStep` floats apart in x to where they begin `yStep` apart in y.
    default void copyRows(int rows, int columns, Floats x, int xStep, Floats y, int yStep) {
        for (int i = 0; i < rows; i++) {
            System.arraycopy(x.array(), x.offset() + i * xStep, y.array(), y.offset() + i * yStep, columns);
        }
    }

    /// Functions of one number.
    enum Unary {
        NEGATE, ABS, SIGN, FLOOR, ROUND, SQUARE, SQRT, RSQRT, RECIPROCAL, EXP, EXPM1, LOG, LOG1P, TANH, SIGMOID,
        SOFTPLUS, ERF,
        SIN, COS
    }

    /// Functions of two numbers; comparisons give 1 for true and 0 for false.
    enum Binary {
        ADD, SUBTRACT, MULTIPLY, DIVIDE, POWER, ATAN2, MAXIMUM, MINIMUM, EQUAL, NOT_EQUAL, GREATER, GREATER_OR_EQUAL,
        LESS,
        LESS_OR_EQUAL
    }

    /// y = op(x); lengths equal; y may be x.
    default void unary(Unary op, Floats x, Floats y) {
        Workers.split(y.length(), Workers.grain(1), (from, to) -> {
            unary(op, x.array(), x.offset() + from, y.array(), y.offset() + from, to - from);
        });
    }

    private static void unary(Unary op, float[] x, int x0, float[] y, int y0, int n) {
        switch (op) {
            case NEGATE -> { for (int i = 0; i < n; i++) { y[y0 + i] = -x[x0 + i]; } }
            case ABS -> { for (int i = 0; i < n; i++) { y[y0 + i] = Math.abs(x[x0 + i]); } }
            case SIGN -> { for (int i = 0; i < n; i++) { y[y0 + i] = Math.signum(x[x0 + i]); } }
            case FLOOR -> { for (int i = 0; i < n; i++) { y[y0 + i] = (float) Math.floor(x[x0 + i]); } }
            case ROUND -> { for (int i = 0; i < n; i++) { y[y0 + i] = (float) Math.rint(x[x0 + i]); } }
            case SQUARE -> { for (int i = 0; i < n; i++) { y[y0 + i] = x[x0 + i] * x[x0 + i]; } }
            case SQRT -> { for (int i = 0; i < n; i++) { y[y0 + i] = (float) Math.sqrt(x[x0 + i]); } }
            case RSQRT -> { for (int i = 0; i < n; i++) { y[y0 + i] = (float) (1 / Math.sqrt(x[x0 + i])); } }
            case RECIPROCAL -> { for (int i = 0; i < n; i++) { y[y0 + i] = 1 / x[x0 + i]; } }
            case EXP -> { for (int i = 0; i < n; i++) { y[y0 + i] = (float) Math.exp(x[x0 + i]); } }
            case EXPM1 -> { for (int i = 0; i < n; i++) { y[y0 + i] = (float) Math.expm1(x[x0 + i]); } }
            case LOG -> { for (int i = 0; i < n; i++) { y[y0 + i] = (float) Math.log(x[x0 + i]); } }
            case LOG1P -> { for (int i = 0; i < n; i++) { y[y0 + i] = (float) Math.log1p(x[x0 + i]); } }
            case TANH -> { for (int i = 0; i < n; i++) { y[y0 + i] = (float) Math.tanh(x[x0 + i]); } }
            case SIGMOID -> { for (int i = 0; i < n; i++) { y[y0 + i] = (float) Functions.sigmoid(x[x0 + i]); } }
            case SOFTPLUS -> { for (int i = 0; i < n; i++) { y[y0 + i] = (float) Functions.softplus(x[x0 + i]); } }
            case ERF -> { for (int i = 0; i < n; i++) { y[y0 + i] = (float) Functions.erf(x[x0 + i]); } }
            case SIN -> { for (int i = 0; i < n; i++) { y[y0 + i] = (float) Math.sin(x[x0 + i]); } }
            case COS -> { for (int i = 0; i < n; i++) { y[y0 + i] = (float) Math.cos(x[x0 + i]); } }
        }
    }

    /// y = op(a, b), y dense in the order of `shape.dims()`; y may be an operand that is not repeated.
    default void binary(Binary op, Floats a, Floats b, Floats y, Broadcast shape) {
        int last = shape.dims().length - 1;
        int aStep = shape.aStrides()[last];
        int bStep = shape.bStrides()[last];
        Workers.split(y.length(), Workers.grain(1), (from, to) -> shape.walk(from, to, (i, j, k, n) -> {
            binary(op, a.array(), a.offset() + i, aStep, b.array(), b.offset() + j, bStep, y.array(), y.offset() + k,
                    n);
        }));
    }

    private static void binary(Binary op, float[] a, int i, int p, float[] b, int j, int q, float[] y, int k, int n) {
        int end = k + n;
        switch (op) {
            case ADD -> { for (; k < end; k++, i += p, j += q) { y[k] = a[i] + b[j]; } }
            case SUBTRACT -> { for (; k < end; k++, i += p, j += q) { y[k] = a[i] - b[j]; } }
            case MULTIPLY -> { for (; k < end; k++, i += p, j += q) { y[k] = a[i] * b[j]; } }
            case DIVIDE -> { for (; k < end; k++, i += p, j += q) { y[k] = a[i] / b[j]; } }
            case POWER -> { for (; k < end; k++, i += p, j += q) { y[k] = (float) Math.pow(a[i], b[j]); } }
            case ATAN2 -> { for (; k < end; k++, i += p, j += q) { y[k] = (float) Math.atan2(a[i], b[j]); } }
            case MAXIMUM -> { for (; k < end; k++, i += p, j += q) { y[k] = Math.max(a[i], b[j]); } }
            case MINIMUM -> { for (; k < end; k++, i += p, j += q) { y[k] = Math.min(a[i], b[j]); } }
            case EQUAL -> { for (; k < end; k++, i += p, j += q) { y[k] = a[i] == b[j] ? 1 : 0; } }
            case NOT_EQUAL -> { for (; k < end; k++, i += p, j += q) { y[k] = a[i] != b[j] ? 1 : 0; } }
            case GREATER -> { for (; k < end; k++, i += p, j += q) { y[k] = a[i] > b[j] ? 1 : 0; } }
            case GREATER_OR_EQUAL -> { for (; k < end; k++, i += p, j += q) { y[k] = a[i] >= b[j] ? 1 : 0; } }
            case LESS -> { for (; k < end; k++, i += p, j += q) { y[k] = a[i] < b[j] ? 1 : 0; } }
            case LESS_OR_EQUAL -> { for (; k < end; k++, i += p, j += q) { y[k] = a[i] <= b[j] ? 1 : 0; } }
        }
    }

    /// y = scale * x + shift; lengths equal; y may be x.
    default void affine(Floats x, float scale, float shift, Floats y) {
        Workers.split(y.length(), Workers.grain(1), (from, to) -> {
            float[] xs = x.array(), ys = y.array();
            for (int i = x.offset() + from, k = y.offset() + from; i < x.offset() + to; i++, k++) {
                ys[k] = scale * xs[i] + shift;
            }
        });
    }

    /// y = y + scale * x; lengths equal.
    default void addScaled(Floats x, float scale, Floats y) {
        Workers.split(y.length(), Workers.grain(1), (from, to) -> {
            float[] xs = x.array(), ys = y.array();
            for (int i = x.offset() + from, k = y.offset() + from; i < x.offset() + to; i++, k++) {
                ys[k] += scale * xs[i];
            }
        });
    }

    /// y = a where condition is not 0, else b; lengths equal.
    default void where(Floats condition, Floats a, Floats b, Floats y) {
        Workers.split(y.length(), Workers.grain(1), (from, to) -> {
            float[] cs = condition.array(), as = a.array(), bs = b.array(), ys = y.array();
            int c0 = condition.offset(), a0 = a.offset(), b0 = b.offset(), y0 = y.offset();
            for (int i = from; i < to; i++) {
                ys[y0 + i] = cs[c0 + i] != 0 ? as[a0 + i] : bs[b0 + i];
            }
        });
    }

    /// y = f(x); lengths equal; y may be x.
    default void activate(Activation f, Floats x, Floats y) {
        Workers.split(y.length(), Workers.grain(1), (from, to) -> {
            float[] xs = x.array(), ys = y.array();
            for (int i = x.offset() + from, k = y.offset() + from; i < x.offset() + to; i++, k++) {
                ys[k] = (float) Functions.value(f, xs[i]);
            }
        });
    }

    /// dx = dy * f'(x); lengths equal; dx may be dy.
    default void activateBackward(Activation f, Floats x, Floats dy, Floats dx) {
        Workers.split(dx.length(), Workers.grain(1), (from, to) -> {
            float[] xs = x.array(), dys = dy.array(), dxs = dx.array();
            int x0 = x.offset(), dy0 = dy.offset(), dx0 = dx.offset();
            for (int i = from; i < to; i++) {
                dxs[dx0 + i] = dys[dy0 + i] * (float) Functions.slope(f, xs[x0 + i]);
            }
        });
    }

    /// Writes y densely in the order of `dims`, reading x at the strides given (0 repeats): transposes and expands.
    default void permute(Floats x, Floats y, int[] dims, int[] strides) {
        int last = dims.length - 1, step = strides[last], near = nearAxis(dims, strides);
        if (near >= 0) {
            transpose(x, y, dims, strides, near);
            return;
        }
        Broadcast shape = new Broadcast(dims, strides, strides);
        Workers.split(y.length(), Workers.grain(1), (from, to) -> shape.walk(from, to, (a, b, k, n) -> {
            float[] xs = x.array(), ys = y.array();
            int i = x.offset() + a, j = y.offset() + k;
            if (step == 1) {
                System.arraycopy(xs, i, ys, j, n);
                return;
            }
            for (int end = j + n; j < end; i += step, j++) {
                ys[j] = xs[i];
            }
        }));
    }

    /// A transpose goes from x to y in tiles: some lines of a page of x become one line in each of as many rows of y.
    int TILE_ROWS = 64;

    /// Columns of a tile: one cache line of y.
    int TILE_COLUMNS = 16;

    /// A tile on its way.
    Scratch TRANSPOSED = new Scratch();

    /// The axis along which x is contiguous, if the last axis is not and both are worth a tile; else -1.
    private static int nearAxis(int[] dims, int[] strides) {
        int last = dims.length - 1;
        for (int axis = 0; axis < last; axis++) {
            if (strides[axis] == 1 && strides[last] > 1 && Math.min(dims[axis], dims[last]) >= 8) {
                return axis;
            }
        }
        return -1;
    }

    /// Permutes in tiles of axis `near` and the last one, so that whole cache lines are read and written.
    private static void transpose(Floats x, Floats y, int[] dims, int[] strides, int near) {
        int last = dims.length - 1, tiles = Math.ceilDiv(dims[near], TILE_ROWS);
        int[] outer = dims.clone(), from = strides.clone(), to = new int[dims.length];
        for (int axis = last, stride = 1; axis >= 0; stride *= dims[axis--]) {
            to[axis] = stride;
        }
        int rows = dims[near], columns = dims[last], step = strides[last], stride = to[near];
        // Walk over the other axes, and along the last over tiles of `near`.
        outer[near] = 1;
        outer[last] = tiles;
        from[last] = TILE_ROWS;
        to[last] = TILE_ROWS * stride;
        Broadcast shape = new Broadcast(outer, from, to);
        int count = y.length() / Math.max(1, rows * columns) * tiles, grain = Workers.grain(TILE_ROWS * columns);
        Workers.split(count, grain, (first, end) -> shape.walk(first, end, (a, b, k, n) -> {
            float[] tile = TRANSPOSED.floats(TILE_ROWS * TILE_COLUMNS);
            for (int t = 0; t < n; t++) {
                int i = x.offset() + a + t * TILE_ROWS, o = y.offset() + b + t * TILE_ROWS * stride;
                int height = Math.min(TILE_ROWS, rows - (k + t) % tiles * TILE_ROWS);
                for (int j = 0; j < columns; j += TILE_COLUMNS) {
                    transposeTile(x.array(), i + j * step, step, y.array(), o + j, stride, height,
                            Math.min(TILE_COLUMNS, columns - j), tile);
                }
            }
        }));
    }

    /// By way of a small array: lines of x that lie a power of two apart would push each other out of the cache.
    private static void transposeTile(float[] x, int x0, int step, float[] y, int y0, int stride, int rows, int columns,
            float[] tile) {
        for (int j = 0; j < columns; j++) {
            System.arraycopy(x, x0 + j * step, tile, j * TILE_ROWS, rows);
        }
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                y[y0 + i * stride + j] = tile[j * TILE_ROWS + i];
            }
        }
    }
}
