package norma.kernel.simd.norm;

import static jdk.incubator.vector.FloatVector.fromArray;
import static norma.kernel.simd.vector.Species.F;
import static norma.kernel.simd.vector.Species.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import norma.kernel.Floats;
import norma.kernel.contract.NormalizationKernel;
import norma.kernel.contract.PointwiseNormKernel;
import norma.kernel.contract.Scratch;
import norma.kernel.contract.TreeReduction;
import norma.kernel.simd.elementwise.SimdReduction;
import norma.kernel.simd.vector.RowMath;
import norma.kernel.simd.vector.VectorMath;
import norma.parallel.Workers;

/// Squashing on vectors, row by row: u = alpha x + shift goes to a row in cache, the loops of the curve turn it into values and
/// slopes, and one more loop makes what is asked of them. So a curve is two short loops, and its row, filled up to whole
/// vectors, needs no other for the rest.
public final class SimdPointwiseNorm implements PointwiseNormKernel {
    private static final Scratch VALUES = new Scratch();
    private static final Scratch SLOPES = new Scratch();
    private static final Scratch PARTIAL = new Scratch();
    private static final Scratch TOTAL = new Scratch();
    private static final float TWO_OVER_ROOT_PI = 1.12837917f;

    /// A loop over whole vectors: values = f(u), and where slopes are asked for u = f'(u).
    private interface Loop {
        void run(float[] u, float[] values, int n);
    }

    private static Loop values(Form form) {
        return switch (form) {
            case TANH -> SimdPointwiseNorm::tanh;
            case ERF -> SimdPointwiseNorm::erf;
        };
    }

    private static void tanh(float[] u, float[] values, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorMath.tanh(fromArray(F, u, i)).intoArray(values, i);
        }
    }

    private static void erf(float[] u, float[] values, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorMath.erf(fromArray(F, u, i)).intoArray(values, i);
        }
    }

    private static Loop valuesAndSlopes(Form form) {
        return switch (form) {
            case TANH -> SimdPointwiseNorm::tanhAndSlope;
            case ERF -> SimdPointwiseNorm::erfAndSlope;
        };
    }

    private static void tanhAndSlope(float[] u, float[] values, int n) {
        FloatVector one = FloatVector.broadcast(F, 1f);
        for (int i = 0; i < n; i += LANES) {
            FloatVector t = VectorMath.tanh(fromArray(F, u, i));
            t.intoArray(values, i);
            t.neg().fma(t, one).intoArray(u, i);
        }
    }

    /// Two loops: together they are more than C2 inlines.
    private static void erfAndSlope(float[] u, float[] values, int n) {
        erf(u, values, n);
        erfSlope(u, n);
    }

    private static void erfSlope(float[] u, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = fromArray(F, u, i);
            VectorMath.expOfNegative(v.mul(v).neg()).mul(TWO_OVER_ROOT_PI).intoArray(u, i);
        }
    }

    @Override
    public void forward(Form form, Floats alpha, Floats shift, int rows, int columns, Floats x, Floats gamma,
            Floats beta, Floats y) {
        Curve f = Curve.of(form, alpha, shift);
        Loop loop = values(form);
        Floats gammas = RowMath.orOnes(gamma, columns), betas = RowMath.orZeros(beta, columns);
        int whole = wholeVectors(columns);
        Workers.split(rows, Workers.grain(columns), (from, to) -> {
            float[] values = VALUES.floats(whole);
            for (int r = from; r < to; r++) {
                affine(x.array(), x.offset() + r * columns, columns, f.alpha(), f.shift(), values);
                loop.run(values, values, whole);
                scale(values, columns, gammas, betas, y.array(), y.offset() + r * columns);
            }
        });
    }

    private static int wholeVectors(int n) {
        return Math.ceilDiv(n, LANES) * LANES;
    }

    /// u = alpha x + shift
    private static void affine(float[] x, int x0, int n, float alpha, float shift, float[] u) {
        int i = 0;
        for (; i < F.loopBound(n); i += LANES) {
            fromArray(F, x, x0 + i).fma(alpha, shift).intoArray(u, i);
        }
        for (; i < n; i++) {
            u[i] = Math.fma(x[x0 + i], alpha, shift);
        }
    }

    /// y = gamma * values + beta
    private static void scale(float[] values, int n, Floats gamma, Floats beta, float[] y, int y0) {
        float[] gammas = gamma.array(), betas = beta.array();
        int g0 = gamma.offset(), b0 = beta.offset();
        int i = 0;
        for (; i < F.loopBound(n); i += LANES) {
            fromArray(F, values, i).fma(fromArray(F, gammas, g0 + i), fromArray(F, betas, b0 + i))
                    .intoArray(y, y0 + i);
        }
        for (; i < n; i++) {
            y[y0 + i] = Math.fma(values[i], gammas[g0 + i], betas[b0 + i]);
        }
    }

    /// Each block of rows leaves its shares, which are then summed in a tree.
    @Override
    public void backward(Form form, Floats alpha, Floats shift, int rows, int columns, Floats dy, Floats x,
            Floats gamma, Floats dx, Floats dAlpha, Floats dShift, Floats dGamma, Floats dBeta) {
        Curve f = Curve.of(form, alpha, shift);
        int blocks = Math.ceilDiv(rows, NormalizationKernel.BLOCK), size = PointwiseNormKernel.shares(columns);
        float[] partial = PARTIAL.floats(blocks * size);
        Floats scale = RowMath.orOnes(gamma, columns), total = new Floats(TOTAL.floats(size), 0, size);
        Workers.split(blocks, Workers.grain(NormalizationKernel.BLOCK * columns), (from, to) -> {
            double[] sums = new double[2];
            for (int b = from; b < to; b++) {
                int first = b * NormalizationKernel.BLOCK, end = Math.min(rows, first + NormalizationKernel.BLOCK),
                        p0 = b * size;
                Arrays.fill(partial, p0, p0 + size, 0);
                Arrays.fill(sums, 0);
                for (int r = first; r < end; r++) {
                    backwardRow(f, r, columns, dy, x, scale, dx, partial, p0, sums);
                }
                partial[p0 + 2 * columns] = (float) sums[0];
                partial[p0 + 2 * columns + 1] = (float) sums[1];
            }
        });
        TreeReduction.reduce(new Floats(partial, 0, blocks * size), total, 1, blocks, size, SimdReduction::sumBlock);
        set(dGamma, total, 0);
        set(dBeta, total, columns);
        set(dAlpha, total, 2 * columns);
        set(dShift, total, 2 * columns + 1);
    }

    private static void set(Floats gradient, Floats total, int at) {
        if (gradient != null) {
            gradient.set(total.slice(at, gradient.length()));
        }
    }

    private static void backwardRow(Curve f, int row, int n, Floats dy, Floats x, Floats gamma, Floats dx,
            float[] partial, int p0, double[] sums) {
        int whole = wholeVectors(n), x0 = x.offset() + row * n;
        float[] values = VALUES.floats(whole), slopes = SLOPES.floats(whole);
        affine(x.array(), x0, n, f.alpha(), f.shift(), slopes);
        valuesAndSlopes(f.form()).run(slopes, values, whole);
        gradients(values, slopes, n, dy.array(), dy.offset() + row * n, x.array(), x0, gamma.array(), gamma.offset(),
                f.alpha(), dx.array(), dx.offset() + row * n, partial, p0, sums);
    }

    /// With g = dy * gamma * slope: dx = alpha g, sums[0] += sum(g x), sums[1] += sum(g); adds dy * value and dy to the
    /// shares of dGamma and dBeta.
    private static void gradients(float[] values, float[] slopes, int n, float[] dy, int dy0, float[] x, int x0,
            float[] gamma, int g0, float alpha, float[] dx, int dx0, float[] partial, int p0, double[] sums) {
        FloatVector s = FloatVector.zero(F), t = s;
        int i = 0;
        for (; i < F.loopBound(n); i += LANES) {
            FloatVector d = fromArray(F, dy, dy0 + i);
            fromArray(F, values, i).fma(d, fromArray(F, partial, p0 + i)).intoArray(partial, p0 + i);
            d.add(fromArray(F, partial, p0 + n + i)).intoArray(partial, p0 + n + i);
            FloatVector g = d.mul(fromArray(F, gamma, g0 + i)).mul(fromArray(F, slopes, i));
            t = g.fma(fromArray(F, x, x0 + i), t);
            s = s.add(g);
            g.mul(alpha).intoArray(dx, dx0 + i);
        }
        float[] lanes = RowMath.lanes();
        t.intoArray(lanes, 0);
        sums[0] += RowMath.sum(lanes);
        s.intoArray(lanes, 0);
        sums[1] += RowMath.sum(lanes);
        for (; i < n; i++) {
            float d = dy[dy0 + i];
            partial[p0 + i] = Math.fma(values[i], d, partial[p0 + i]);
            partial[p0 + n + i] += d;
            float g = d * gamma[g0 + i] * slopes[i];
            sums[0] += (double) g * x[x0 + i];
            sums[1] += g;
            dx[dx0 + i] = g * alpha;
        }
    }
}
