package norma.kernel.simd.fourier;

import static jdk.incubator.vector.FloatVector.fromArray;
import static norma.kernel.simd.vector.Species.F;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import norma.kernel.contract.FourierKernel;
import norma.kernel.contract.FourierPlan;
import norma.kernel.contract.FourierPlan.Roots;
import norma.kernel.contract.Scratch;
import norma.kernel.simd.vector.Interleaving;
import norma.kernel.simd.vector.Species;

/// As many lines as a vector has lanes: element e is two vectors that lie side by side, one of real and one of imaginary
/// parts. So a butterfly is arithmetic on whole vectors, and its roots are the same for all lanes.
///
/// Rows come in by a transposition, which parts re and im on the way; columns lie in lanes already and are only parted.
final class SimdFft implements FourierKernel.Lines {
    private static final int L = Species.LANES;
    private static final int PAIR = 2 * L;

    private static final VectorShuffle<Float> EVEN = VectorShuffle.fromOp(F, i -> 2 * i % L);
    private static final VectorShuffle<Float> ODD = VectorShuffle.fromOp(F, i -> 2 * i % L + 1);
    private static final VectorMask<Float> UPPER = VectorMask.fromLong(F, (1L << L) - (1L << L / 2));
    private static final VectorShuffle<Float> LOWER_TWICE = VectorShuffle.fromOp(F, i -> i / 2);
    private static final VectorShuffle<Float> UPPER_TWICE = VectorShuffle.fromOp(F, i -> L / 2 + i / 2);
    private static final VectorMask<Float> ODDS = VectorMask.fromLong(F, 0xaaaaaaaaL & (1L << L) - 1);

    private static final Scratch LINES = new Scratch();
    private static final Scratch NEXT = new Scratch();

    private float[] x;
    private float[] next;

    /// Where in an element the real and the imaginary parts begin.
    private int re = 0;
    private int im = L;

    SimdFft(int room) {
        x = LINES.floats(room * PAIR);
        next = NEXT.floats(room * PAIR);
    }

    @Override
    public void loadRows(float[] from, int at, int lines, int n) {
        // Read in order, memory is twice as fast as in squares.
        System.arraycopy(from, at, next, 0, 2 * n * lines);
        Interleaving.lines(next, 0, 2 * n, 1, lines, 2 * n, x, 0, L);
    }

    @Override
    public void storeRows(float scale, float[] to, int at, int lines, int n) {
        scale(scale, x, n);
        Interleaving.lines(x, 0, L, 1, 2 * n, lines, to, at, 2 * n);
    }

    private static void scale(float scale, float[] x, int n) {
        for (int i = 0; scale != 1 && i < n * PAIR; i += L) {
            fromArray(F, x, i).mul(scale).intoArray(x, i);
        }
    }

    @Override
    public void loadColumns(float[] from, int at, int lines, int n, int columns) {
        if (lines == L) {
            part(from, at, 2 * columns, x, n);
            return;
        }
        for (int e = 0; e < n; e++) {
            for (int l = 0; l < lines; l++) {
                x[e * PAIR + l] = from[at + 2 * (e * columns + l)];
                x[e * PAIR + L + l] = from[at + 2 * (e * columns + l) + 1];
            }
        }
    }

    /// Pairs (re, im) to a vector of each.
    private static void part(float[] from, int at, int along, float[] x, int n) {
        for (int e = 0; e < n; e++) {
            FloatVector a = fromArray(F, from, at + e * along), b = fromArray(F, from, at + e * along + L);
            a.rearrange(EVEN).blend(b.rearrange(EVEN), UPPER).intoArray(x, e * PAIR);
            a.rearrange(ODD).blend(b.rearrange(ODD), UPPER).intoArray(x, e * PAIR + L);
        }
    }

    @Override
    public void storeColumns(float scale, float[] to, int at, int lines, int n, int columns) {
        if (lines == L) {
            join(scale, x, n, to, at, 2 * columns);
            return;
        }
        for (int e = 0; e < n; e++) {
            for (int l = 0; l < lines; l++) {
                to[at + 2 * (e * columns + l)] = scale * x[e * PAIR + l];
                to[at + 2 * (e * columns + l) + 1] = scale * x[e * PAIR + L + l];
            }
        }
    }

    /// The inverse of `part`, with a factor.
    private static void join(float scale, float[] x, int n, float[] to, int at, int along) {
        for (int e = 0; e < n; e++) {
            FloatVector r = fromArray(F, x, e * PAIR).mul(scale), i = fromArray(F, x, e * PAIR + L).mul(scale);
            r.rearrange(LOWER_TWICE).blend(i.rearrange(LOWER_TWICE), ODDS).intoArray(to, at + e * along);
            r.rearrange(UPPER_TWICE).blend(i.rearrange(UPPER_TWICE), ODDS).intoArray(to, at + e * along + L);
        }
    }

    @Override
    public void transform(FourierPlan plan, boolean inverse) {
        if (inverse) {
            exchange();
        }
        if (plan.inner() == null) {
            passes(plan);
        } else {
            convolve(plan);
        }
        if (inverse) {
            exchange();
        }
    }

    private void exchange() {
        re = L - re;
        im = L - im;
    }

    private void convolve(FourierPlan plan) {
        FourierPlan inner = plan.inner();
        multiply(x, re, im, plan.size(), plan.chirp());
        Arrays.fill(x, plan.size() * PAIR, inner.size() * PAIR, 0);
        passes(inner);
        multiply(x, re, im, inner.size(), plan.filter());
        exchange();
        passes(inner);
        exchange();
        multiply(x, re, im, plan.size(), plan.chirp());
    }

    private static void multiply(float[] x, int re, int im, int n, Roots by) {
        for (int e = 0; e < n; e++) {
            float c = by.re()[e], d = by.im()[e];
            FloatVector r = fromArray(F, x, e * PAIR + re), i = fromArray(F, x, e * PAIR + im);
            i.fma(FloatVector.broadcast(F, -d), r.mul(c)).intoArray(x, e * PAIR + re);
            r.fma(FloatVector.broadcast(F, d), i.mul(c)).intoArray(x, e * PAIR + im);
        }
    }

    /// The passes of the reference; those by 4 and 8 with the products by -1, i and sqrt(i) that need no multiplication.
    private void passes(FourierPlan plan) {
        int n = plan.size(), stride = 1;
        for (int factor : plan.factors()) {
            int rest = n / factor / stride;
            switch (factor) {
                case 4 -> four(x, next, re, im, rest, stride, plan.roots());
                case 8 -> eight(x, next, re, im, stride);
                default -> any(factor, x, next, re, im, rest, stride, plan.roots());
            }
            float[] was = x;
            x = next;
            next = was;
            stride *= factor;
        }
    }

    private static void any(int factor, float[] x, float[] y, int re, int im, int m, int s, Roots roots) {
        int n = factor * m * s;
        for (int p = 0; p < m; p++) {
            for (int k = 0; k < factor; k++) {
                for (int q = 0; q < s; q++) {
                    sum(factor, x, (q + s * p) * PAIR, s * m * PAIR, re, im, roots, s * k * p, s * k * m, n, y,
                            (q + s * (factor * p + k)) * PAIR);
                }
            }
        }
    }

    /// y = sum over j of x_j and root number `first + j * step`.
    private static void sum(int count, float[] x, int at, int along, int re, int im, Roots roots, int first, int step,
            int n, float[] y, int to) {
        FloatVector r = FloatVector.zero(F), i = r;
        for (int j = 0, root = first; j < count; j++) {
            FloatVector xr = fromArray(F, x, at + j * along + re), xi = fromArray(F, x, at + j * along + im);
            FloatVector c = FloatVector.broadcast(F, roots.re()[root]), d = FloatVector.broadcast(F, roots.im()[root]);
            r = xi.neg().fma(d, xr.fma(c, r));
            i = xr.fma(d, xi.fma(c, i));
            root += step;
            root -= root >= n ? n : 0;
        }
        r.intoArray(y, to + re);
        i.intoArray(y, to + im);
    }

    private static void four(float[] x, float[] y, int re, int im, int m, int s, Roots roots) {
        int far = s * m * PAIR, near = s * PAIR;
        for (int p = 0; p < m; p++) {
            float c1 = roots.re()[s * p], c2 = roots.re()[2 * s * p], c3 = roots.re()[3 * s * p];
            float d1 = roots.im()[s * p], d2 = roots.im()[2 * s * p], d3 = roots.im()[3 * s * p];
            for (int q = 0; q < s; q++) {
                int r = (q + s * p) * PAIR + re, i = (q + s * p) * PAIR + im;
                FloatVector a0 = fromArray(F, x, r), a1 = fromArray(F, x, r + far);
                FloatVector a2 = fromArray(F, x, r + 2 * far), a3 = fromArray(F, x, r + 3 * far);
                FloatVector b0 = fromArray(F, x, i), b1 = fromArray(F, x, i + far);
                FloatVector b2 = fromArray(F, x, i + 2 * far), b3 = fromArray(F, x, i + 3 * far);

                FloatVector s0 = a0.add(a2), s1 = a0.sub(a2), s2 = a1.add(a3), s3 = a1.sub(a3);
                FloatVector t0 = b0.add(b2), t1 = b0.sub(b2), t2 = b1.add(b3), t3 = b1.sub(b3);
                FloatVector u1 = s1.add(t3), u2 = s0.sub(s2), u3 = s1.sub(t3);
                FloatVector v1 = t1.sub(s3), v2 = t0.sub(t2), v3 = t1.add(s3);

                r = (q + 4 * s * p) * PAIR + re;
                i = (q + 4 * s * p) * PAIR + im;
                s0.add(s2).intoArray(y, r);
                t0.add(t2).intoArray(y, i);
                v1.fma(FloatVector.broadcast(F, -d1), u1.mul(c1)).intoArray(y, r + near);
                u1.fma(FloatVector.broadcast(F, d1), v1.mul(c1)).intoArray(y, i + near);
                v2.fma(FloatVector.broadcast(F, -d2), u2.mul(c2)).intoArray(y, r + 2 * near);
                u2.fma(FloatVector.broadcast(F, d2), v2.mul(c2)).intoArray(y, i + 2 * near);
                v3.fma(FloatVector.broadcast(F, -d3), u3.mul(c3)).intoArray(y, r + 3 * near);
                u3.fma(FloatVector.broadcast(F, d3), v3.mul(c3)).intoArray(y, i + 3 * near);
            }
        }
    }

    /// Always the last pass, whose roots are all 1.
    private static void eight(float[] x, float[] y, int re, int im, int s) {
        FloatVector h = FloatVector.broadcast(F, (float) Math.sqrt(0.5));
        int step = s * PAIR;
        for (int q = 0; q < s; q++) {
            int r = q * PAIR + re, i = q * PAIR + im;
            FloatVector a0 = fromArray(F, x, r), a4 = fromArray(F, x, r + 4 * step);
            FloatVector a2 = fromArray(F, x, r + 2 * step), a6 = fromArray(F, x, r + 6 * step);
            FloatVector b0 = fromArray(F, x, i), b4 = fromArray(F, x, i + 4 * step);
            FloatVector b2 = fromArray(F, x, i + 2 * step), b6 = fromArray(F, x, i + 6 * step);
            FloatVector s0 = a0.add(a4), s1 = a0.sub(a4), s2 = a2.add(a6), s3 = a2.sub(a6);
            FloatVector t0 = b0.add(b4), t1 = b0.sub(b4), t2 = b2.add(b6), t3 = b2.sub(b6);
            // The transform of the even elements ...
            FloatVector e0 = s0.add(s2), e1 = s1.add(t3), e2 = s0.sub(s2), e3 = s1.sub(t3);
            FloatVector f0 = t0.add(t2), f1 = t1.sub(s3), f2 = t0.sub(t2), f3 = t1.add(s3);

            FloatVector a1 = fromArray(F, x, r + step), a5 = fromArray(F, x, r + 5 * step);
            FloatVector a3 = fromArray(F, x, r + 3 * step), a7 = fromArray(F, x, r + 7 * step);
            FloatVector b1 = fromArray(F, x, i + step), b5 = fromArray(F, x, i + 5 * step);
            FloatVector b3 = fromArray(F, x, i + 3 * step), b7 = fromArray(F, x, i + 7 * step);
            s0 = a1.add(a5);
            s1 = a1.sub(a5);
            s2 = a3.add(a7);
            s3 = a3.sub(a7);
            t0 = b1.add(b5);
            t1 = b1.sub(b5);
            t2 = b3.add(b7);
            t3 = b3.sub(b7);
            // ... and of the odd ones, times 1, (1 - i) h, -i, -(1 + i) h.
            FloatVector g0 = s0.add(s2), g1 = s1.add(t3), g2 = s0.sub(s2), g3 = s1.sub(t3);
            FloatVector h0 = t0.add(t2), h1 = t1.sub(s3), h2 = t0.sub(t2), h3 = t1.add(s3);
            FloatVector u1 = g1.add(h1).mul(h), v1 = h1.sub(g1).mul(h);
            FloatVector u3 = h3.sub(g3).mul(h), v3 = g3.add(h3).mul(h);

            e0.add(g0).intoArray(y, r);
            f0.add(h0).intoArray(y, i);
            e1.add(u1).intoArray(y, r + step);
            f1.add(v1).intoArray(y, i + step);
            e2.add(h2).intoArray(y, r + 2 * step);
            f2.sub(g2).intoArray(y, i + 2 * step);
            e3.add(u3).intoArray(y, r + 3 * step);
            f3.sub(v3).intoArray(y, i + 3 * step);
            e0.sub(g0).intoArray(y, r + 4 * step);
            f0.sub(h0).intoArray(y, i + 4 * step);
            e1.sub(u1).intoArray(y, r + 5 * step);
            f1.sub(v1).intoArray(y, i + 5 * step);
            e2.sub(h2).intoArray(y, r + 6 * step);
            f2.add(g2).intoArray(y, i + 6 * step);
            e3.sub(u3).intoArray(y, r + 7 * step);
            f3.add(v3).intoArray(y, i + 7 * step);
        }
    }

    @Override
    public void unpackReal(FourierPlan plan) {
        int n = plan.size();
        System.arraycopy(x, 0, x, n * PAIR, PAIR);
        unpackReal(x, n, plan.halfRoots());
    }

    private static void unpackReal(float[] x, int n, Roots roots) {
        for (int k = 0; k <= n / 2; k++) {
            int a = k * PAIR, b = (n - k) * PAIR;
            FloatVector aRe = fromArray(F, x, a).mul(0.5f), aIm = fromArray(F, x, a + L).mul(0.5f);
            FloatVector bRe = fromArray(F, x, b).mul(0.5f), bIm = fromArray(F, x, b + L).mul(0.5f);
            FloatVector sumRe = aRe.add(bRe), sumIm = aIm.sub(bIm), difRe = aRe.sub(bRe), difIm = aIm.add(bIm);
            float c = roots.re()[k], d = roots.im()[k];
            FloatVector tRe = difIm.fma(FloatVector.broadcast(F, -c), difRe.mul(-d));
            FloatVector tIm = difIm.fma(FloatVector.broadcast(F, -d), difRe.mul(c));
            sumRe.sub(tRe).intoArray(x, a);
            sumIm.sub(tIm).intoArray(x, a + L);
            sumRe.add(tRe).intoArray(x, b);
            sumIm.add(tIm).neg().intoArray(x, b + L);
        }
    }

    @Override
    public void packReal(FourierPlan plan) {
        int n = plan.size();
        Arrays.fill(x, L, PAIR, 0);
        Arrays.fill(x, n * PAIR + L, (n + 1) * PAIR, 0);
        packReal(x, n, plan.halfRoots());
    }

    private static void packReal(float[] x, int n, Roots roots) {
        for (int k = 0; k <= n / 2; k++) {
            int a = k * PAIR, b = (n - k) * PAIR;
            FloatVector aRe = fromArray(F, x, a), aIm = fromArray(F, x, a + L);
            FloatVector bRe = fromArray(F, x, b), bIm = fromArray(F, x, b + L);
            FloatVector sumRe = aRe.add(bRe), sumIm = aIm.sub(bIm), difRe = aRe.sub(bRe), difIm = aIm.add(bIm);
            float c = roots.re()[k], d = roots.im()[k];
            FloatVector tRe = difIm.fma(FloatVector.broadcast(F, -c), difRe.mul(d));
            FloatVector tIm = difIm.fma(FloatVector.broadcast(F, d), difRe.mul(c));
            sumRe.add(tRe).intoArray(x, a);
            sumIm.add(tIm).intoArray(x, a + L);
            sumRe.sub(tRe).intoArray(x, b);
            tIm.sub(sumIm).intoArray(x, b + L);
        }
    }
}
