package norma.kernel.simd.elementwise;

import static jdk.incubator.vector.FloatVector.fromArray;
import static norma.kernel.simd.vector.Species.F;
import static norma.kernel.simd.vector.Species.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import norma.kernel.Activation;
import norma.kernel.Floats;
import norma.kernel.contract.Broadcast;
import norma.kernel.contract.ElementwiseKernel;
import norma.kernel.contract.Scratch;
import norma.kernel.simd.vector.VectorMath;
import norma.parallel.Workers;

/// Elementwise maths on vectors. C2 makes one instruction of a vector operation only if the operator is a literal, so
/// every operator has a loop of its own. Loops are called through an interface: where a program uses many of them, C2 then
/// compiles each alone. A switch over direct calls it would inline into one unit that exceeds what it inlines at all, and the
/// loops that come last would box their vectors.
///
/// A rest that fills no vector goes through the same loop in a padded copy, so its bits are those of a lane.
public final class SimdElementwise implements ElementwiseKernel {
    /// A vector of each operand and of the result: what an operand repeats, or the last elements.
    private static final Scratch A = new Scratch();
    private static final Scratch B = new Scratch();
    private static final Scratch Y = new Scratch();

    @Override
    public void unary(Unary op, Floats x, Floats y) {
        switch (op) {
            case SIN, COS, FLOOR, ROUND, LOG1P, EXPM1, SOFTPLUS -> ElementwiseKernel.super.unary(op, x, y);
            default -> run(loop(op), x, y);
        }
    }

    private static void run(Loop loop, Floats x, Floats y) {
        Workers.split(y.length(), Workers.grain(1), (from, to) -> {
            int whole = from + F.loopBound(to - from);
            loop.run(x.array(), x.offset() + from, y.array(), y.offset() + from, whole - from);
            if (whole < to) {
                float[] pad = pad(A, x, whole, to);
                loop.run(pad, 0, pad, 0, LANES);
                System.arraycopy(pad, 0, y.array(), y.offset() + whole, to - whole);
            }
        });
    }

    /// A loop over whole vectors: y = f(x), n a multiple of the lanes.
    private interface Loop {
        void run(float[] x, int x0, float[] y, int y0, int n);
    }

    private static Loop loop(Unary op) {
        return switch (op) {
            case NEGATE -> SimdElementwise::negate;
            case ABS -> SimdElementwise::abs;
            case SQRT -> SimdElementwise::sqrt;
            case SIGN -> SimdElementwise::sign;
            case SQUARE -> SimdElementwise::square;
            case RSQRT -> SimdElementwise::rsqrt;
            case RECIPROCAL -> SimdElementwise::reciprocal;
            case EXP -> SimdElementwise::exp;
            case LOG -> SimdElementwise::log;
            case TANH -> SimdElementwise::tanh;
            case SIGMOID -> SimdElementwise::sigmoid;
            case ERF -> SimdElementwise::erf;
            case SIN, COS, FLOOR, ROUND, LOG1P, EXPM1, SOFTPLUS -> throw new AssertionError(op);
        };
    }

    private static void negate(float[] x, int x0, float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            fromArray(F, x, x0 + i).neg().intoArray(y, y0 + i);
        }
    }

    private static void abs(float[] x, int x0, float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            fromArray(F, x, x0 + i).abs().intoArray(y, y0 + i);
        }
    }

    private static void sqrt(float[] x, int x0, float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            fromArray(F, x, x0 + i).sqrt().intoArray(y, y0 + i);
        }
    }

    private static void sign(float[] x, int x0, float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = fromArray(F, x, x0 + i);
            v.blend(1f, v.compare(VectorOperators.GT, 0f)).blend(-1f, v.compare(VectorOperators.LT, 0f))
                    .intoArray(y, y0 + i);
        }
    }

    private static void square(float[] x, int x0, float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = fromArray(F, x, x0 + i);
            v.mul(v).intoArray(y, y0 + i);
        }
    }

    private static void reciprocal(float[] x, int x0, float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector.broadcast(F, 1f).div(fromArray(F, x, x0 + i)).intoArray(y, y0 + i);
        }
    }

    private static void rsqrt(float[] x, int x0, float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector.broadcast(F, 1f).div(fromArray(F, x, x0 + i).sqrt()).intoArray(y, y0 + i);
        }
    }

    private static void exp(float[] x, int x0, float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorMath.exp(fromArray(F, x, x0 + i)).intoArray(y, y0 + i);
        }
    }

    private static void log(float[] x, int x0, float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorMath.log(fromArray(F, x, x0 + i)).intoArray(y, y0 + i);
        }
    }

    private static void tanh(float[] x, int x0, float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorMath.tanh(fromArray(F, x, x0 + i)).intoArray(y, y0 + i);
        }
    }

    private static void sigmoid(float[] x, int x0, float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorMath.sigmoid(fromArray(F, x, x0 + i)).intoArray(y, y0 + i);
        }
    }

    private static void erf(float[] x, int x0, float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorMath.erf(fromArray(F, x, x0 + i)).intoArray(y, y0 + i);
        }
    }

    /// Vectors along the last axis; a repeated operand is read again and again from a vector of copies. What walks in
    /// another way along that axis, or is shorter than a vector, is left to the plain loops: the same bits.
    @Override
    public void binary(Binary op, Floats a, Floats b, Floats y, Broadcast shape) {
        int last = shape.dims().length - 1;
        int aStep = shape.aStrides()[last];
        int bStep = shape.bStrides()[last];
        if (op == Binary.POWER || op == Binary.ATAN2 || aStep > 1 || bStep > 1 || shape.dims()[last] < LANES) {
            ElementwiseKernel.super.binary(op, a, b, y, shape);
            return;
        }
        BinaryLoop loop = loop(op);
        Workers.split(y.length(), Workers.grain(1), (from, to) -> shape.walk(from, to, (i, j, k, n) -> {
            float[] as = a.array(), bs = b.array();
            int a0 = a.offset() + i, b0 = b.offset() + j;
            if (aStep == 0) {
                as = copies(A, as[a0]);
                a0 = 0;
            }
            if (bStep == 0) {
                bs = copies(B, bs[b0]);
                b0 = 0;
            }
            int whole = F.loopBound(n);
            loop.run(as, a0, -aStep, bs, b0, -bStep, y.array(), y.offset() + k, whole);
            if (whole < n) {
                float[] aPad = aStep == 0 ? as : pad(A, a, i + whole, i + n);
                float[] bPad = bStep == 0 ? bs : pad(B, b, j + whole, j + n);
                float[] yPad = Y.floats(LANES);
                loop.run(aPad, 0, 0, bPad, 0, 0, yPad, 0, LANES);
                System.arraycopy(yPad, 0, y.array(), y.offset() + k + whole, n - whole);
            }
        }));
    }

    /// A loop over whole vectors: y = f(a, b), n a multiple of the lanes. `p` and `q` are -1 for an operand that walks along
    /// and 0 for one that is repeated: bits that let the index through.
    private interface BinaryLoop {
        void run(float[] a, int a0, int p, float[] b, int b0, int q, float[] y, int y0, int n);
    }

    private static BinaryLoop loop(Binary op) {
        return switch (op) {
            case ADD -> SimdElementwise::add;
            case SUBTRACT -> SimdElementwise::subtract;
            case MULTIPLY -> SimdElementwise::multiply;
            case DIVIDE -> SimdElementwise::divide;
            case MAXIMUM -> SimdElementwise::maximum;
            case MINIMUM -> SimdElementwise::minimum;
            case EQUAL -> SimdElementwise::equal;
            case NOT_EQUAL -> SimdElementwise::notEqual;
            case GREATER -> SimdElementwise::greater;
            case GREATER_OR_EQUAL -> SimdElementwise::greaterOrEqual;
            case LESS -> (a, a0, p, b, b0, q, y, y0, n) -> greater(b, b0, q, a, a0, p, y, y0, n);
            case LESS_OR_EQUAL -> (a, a0, p, b, b0, q, y, y0, n) -> greaterOrEqual(b, b0, q, a, a0, p, y, y0, n);
            case POWER, ATAN2 -> throw new AssertionError(op);
        };
    }

    private static void add(float[] a, int a0, int p, float[] b, int b0, int q,
            float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            fromArray(F, a, a0 + (i & p)).add(fromArray(F, b, b0 + (i & q))).intoArray(y, y0 + i);
        }
    }

    private static void subtract(float[] a, int a0, int p, float[] b, int b0, int q,
            float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            fromArray(F, a, a0 + (i & p)).sub(fromArray(F, b, b0 + (i & q))).intoArray(y, y0 + i);
        }
    }

    private static void multiply(float[] a, int a0, int p, float[] b, int b0, int q,
            float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            fromArray(F, a, a0 + (i & p)).mul(fromArray(F, b, b0 + (i & q))).intoArray(y, y0 + i);
        }
    }

    private static void divide(float[] a, int a0, int p, float[] b, int b0, int q,
            float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            fromArray(F, a, a0 + (i & p)).div(fromArray(F, b, b0 + (i & q))).intoArray(y, y0 + i);
        }
    }

    private static void maximum(float[] a, int a0, int p, float[] b, int b0, int q,
            float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            fromArray(F, a, a0 + (i & p)).max(fromArray(F, b, b0 + (i & q))).intoArray(y, y0 + i);
        }
    }

    private static void minimum(float[] a, int a0, int p, float[] b, int b0, int q,
            float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            fromArray(F, a, a0 + (i & p)).min(fromArray(F, b, b0 + (i & q))).intoArray(y, y0 + i);
        }
    }

    private static void equal(float[] a, int a0, int p, float[] b, int b0, int q,
            float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector.zero(F).blend(1f, fromArray(F, a, a0 + (i & p))
                    .compare(VectorOperators.EQ, fromArray(F, b, b0 + (i & q)))).intoArray(y, y0 + i);
        }
    }

    private static void notEqual(float[] a, int a0, int p, float[] b, int b0, int q,
            float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector.zero(F).blend(1f, fromArray(F, a, a0 + (i & p))
                    .compare(VectorOperators.NE, fromArray(F, b, b0 + (i & q)))).intoArray(y, y0 + i);
        }
    }

    private static void greater(float[] a, int a0, int p, float[] b, int b0, int q,
            float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector.zero(F).blend(1f, fromArray(F, a, a0 + (i & p))
                    .compare(VectorOperators.GT, fromArray(F, b, b0 + (i & q)))).intoArray(y, y0 + i);
        }
    }

    private static void greaterOrEqual(float[] a, int a0, int p, float[] b, int b0, int q,
            float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector.zero(F).blend(1f, fromArray(F, a, a0 + (i & p))
                    .compare(VectorOperators.GE, fromArray(F, b, b0 + (i & q)))).intoArray(y, y0 + i);
        }
    }

    @Override
    public void affine(Floats x, float scale, float shift, Floats y) {
        Workers.split(y.length(), Workers.grain(1), (from, to) -> {
            float[] xs = x.array(), ys = y.array();
            int x0 = x.offset(), y0 = y.offset(), whole = from + F.loopBound(to - from);
            for (int i = from; i < whole; i += LANES) {
                fromArray(F, xs, x0 + i).fma(scale, shift).intoArray(ys, y0 + i);
            }
            for (int i = whole; i < to; i++) {
                ys[y0 + i] = Math.fma(scale, xs[x0 + i], shift);
            }
        });
    }

    @Override
    public void addScaled(Floats x, float scale, Floats y) {
        Workers.split(y.length(), Workers.grain(1), (from, to) -> {
            float[] xs = x.array(), ys = y.array();
            int x0 = x.offset(), y0 = y.offset(), whole = from + F.loopBound(to - from);
            FloatVector scales = FloatVector.broadcast(F, scale);
            for (int i = from; i < whole; i += LANES) {
                fromArray(F, xs, x0 + i).fma(scales, fromArray(F, ys, y0 + i)).intoArray(ys, y0 + i);
            }
            for (int i = whole; i < to; i++) {
                ys[y0 + i] = Math.fma(scale, xs[x0 + i], ys[y0 + i]);
            }
        });
    }

    @Override
    public void where(Floats condition, Floats a, Floats b, Floats y) {
        Workers.split(y.length(), Workers.grain(1), (from, to) -> {
            float[] cs = condition.array(), as = a.array(), bs = b.array(), ys = y.array();
            int c0 = condition.offset(), a0 = a.offset(), b0 = b.offset(), y0 = y.offset();
            int whole = from + F.loopBound(to - from);
            for (int i = from; i < whole; i += LANES) {
                fromArray(F, bs, b0 + i).blend(fromArray(F, as, a0 + i),
                        fromArray(F, cs, c0 + i).compare(VectorOperators.NE, 0f)).intoArray(ys, y0 + i);
            }
            for (int i = whole; i < to; i++) {
                ys[y0 + i] = cs[c0 + i] != 0 ? as[a0 + i] : bs[b0 + i];
            }
        });
    }

    @Override
    public void activate(Activation f, Floats x, Floats y) {
        run(loop(f), x, y);
    }

    private static Loop loop(Activation f) {
        return switch (f) {
            case IDENTITY -> System::arraycopy;
            case RELU -> SimdElementwise::relu;
            case GELU_ERF -> SimdElementwise::geluErf;
            case GELU_TANH -> SimdElementwise::geluTanh;
            case SILU -> SimdElementwise::silu;
            case SELU -> SimdElementwise::selu;
        };
    }

    private static void relu(float[] x, int x0, float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorMath.relu(fromArray(F, x, x0 + i)).intoArray(y, y0 + i);
        }
    }

    private static void geluErf(float[] x, int x0, float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorMath.geluErf(fromArray(F, x, x0 + i)).intoArray(y, y0 + i);
        }
    }

    private static void geluTanh(float[] x, int x0, float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorMath.geluTanh(fromArray(F, x, x0 + i)).intoArray(y, y0 + i);
        }
    }

    private static void silu(float[] x, int x0, float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorMath.silu(fromArray(F, x, x0 + i)).intoArray(y, y0 + i);
        }
    }

    private static void selu(float[] x, int x0, float[] y, int y0, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorMath.selu(fromArray(F, x, x0 + i)).intoArray(y, y0 + i);
        }
    }

    @Override
    public void activateBackward(Activation f, Floats x, Floats dy, Floats dx) {
        BackwardLoop loop = backwardLoop(f);
        Workers.split(dx.length(), Workers.grain(1), (from, to) -> {
            int whole = from + F.loopBound(to - from);
            loop.run(x.array(), x.offset() + from, dy.array(), dy.offset() + from,
                    dx.array(), dx.offset() + from, whole - from);
            if (whole < to) {
                float[] xPad = pad(A, x, whole, to), dyPad = pad(B, dy, whole, to);
                loop.run(xPad, 0, dyPad, 0, dyPad, 0, LANES);
                System.arraycopy(dyPad, 0, dx.array(), dx.offset() + whole, to - whole);
            }
        });
    }

    /// A loop over whole vectors: dx = dy f'(x), n a multiple of the lanes.
    private interface BackwardLoop {
        void run(float[] x, int x0, float[] dy, int dy0, float[] dx, int dx0, int n);
    }

    private static BackwardLoop backwardLoop(Activation f) {
        return switch (f) {
            case IDENTITY -> (_, _, dy, dy0, dx, dx0, n) -> System.arraycopy(dy, dy0, dx, dx0, n);
            case RELU -> SimdElementwise::reluBackward;
            case GELU_ERF -> SimdElementwise::geluErfBackward;
            case GELU_TANH -> SimdElementwise::geluTanhBackward;
            case SILU -> SimdElementwise::siluBackward;
            case SELU -> SimdElementwise::seluBackward;
        };
    }

    private static void reluBackward(float[] x, int x0, float[] dy, int dy0, float[] dx, int dx0, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorMath.reluSlope(fromArray(F, x, x0 + i)).mul(fromArray(F, dy, dy0 + i)).intoArray(dx, dx0 + i);
        }
    }

    private static void geluErfBackward(float[] x, int x0, float[] dy, int dy0, float[] dx, int dx0, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorMath.geluErfSlope(fromArray(F, x, x0 + i)).mul(fromArray(F, dy, dy0 + i)).intoArray(dx, dx0 + i);
        }
    }

    private static void geluTanhBackward(float[] x, int x0, float[] dy, int dy0, float[] dx, int dx0, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorMath.geluTanhSlope(fromArray(F, x, x0 + i)).mul(fromArray(F, dy, dy0 + i)).intoArray(dx, dx0 + i);
        }
    }

    private static void siluBackward(float[] x, int x0, float[] dy, int dy0, float[] dx, int dx0, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorMath.siluSlope(fromArray(F, x, x0 + i)).mul(fromArray(F, dy, dy0 + i)).intoArray(dx, dx0 + i);
        }
    }

    private static void seluBackward(float[] x, int x0, float[] dy, int dy0, float[] dx, int dx0, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorMath.seluSlope(fromArray(F, x, x0 + i)).mul(fromArray(F, dy, dy0 + i)).intoArray(dx, dx0 + i);
        }
    }

    /// One vector that begins with elements [from, to) of x.
    private static float[] pad(Scratch room, Floats x, int from, int to) {
        float[] pad = room.floats(LANES);
        System.arraycopy(x.array(), x.offset() + from, pad, 0, to - from);
        return pad;
    }

    private static float[] copies(Scratch room, float value) {
        float[] copies = room.floats(LANES);
        Arrays.fill(copies, 0, LANES, value);
        return copies;
    }
}
