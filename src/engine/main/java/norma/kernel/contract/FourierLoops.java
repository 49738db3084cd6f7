package norma.kernel.contract;

import java.util.Arrays;
import norma.kernel.contract.FourierPlan.Roots;

/// The reference of [FourierKernel.Lines]: element e of line l is `re[e][l]` and `im[e][l]`. Every loop runs over the lines, and
/// over arrays that have the same index, so that C2 makes vector code of it.
final class FourierLoops implements FourierKernel.Lines {
    static final int LANES = 32;

    private static final Scratch.Rows RE = new Scratch.Rows();
    private static final Scratch.Rows IM = new Scratch.Rows();
    private static final Scratch.Rows NEXT_RE = new Scratch.Rows();
    private static final Scratch.Rows NEXT_IM = new Scratch.Rows();

    private float[][] re;
    private float[][] im;
    private float[][] nextRe;
    private float[][] nextIm;

    FourierLoops(int room) {
        re = RE.floats(room, LANES);
        im = IM.floats(room, LANES);
        nextRe = NEXT_RE.floats(room, LANES);
        nextIm = NEXT_IM.floats(room, LANES);
    }

    @Override
    public void loadRows(float[] x, int at, int lines, int n) {
        load(x, at, 2 * n, 2, lines, n);
    }

    @Override
    public void loadColumns(float[] x, int at, int lines, int n, int columns) {
        load(x, at, 2, 2 * columns, lines, n);
    }

    private void load(float[] x, int at, int across, int along, int lines, int n) {
        for (int e = 0; e < n; e++) {
            float[] r = re[e], i = im[e];
            for (int l = 0; l < lines; l++) {
                r[l] = x[at + l * across + e * along];
                i[l] = x[at + l * across + e * along + 1];
            }
        }
    }

    @Override
    public void storeRows(float scale, float[] y, int at, int lines, int n) {
        store(scale, y, at, 2 * n, 2, lines, n);
    }

    @Override
    public void storeColumns(float scale, float[] y, int at, int lines, int n, int columns) {
        store(scale, y, at, 2, 2 * columns, lines, n);
    }

    private void store(float scale, float[] y, int at, int across, int along, int lines, int n) {
        for (int e = 0; e < n; e++) {
            float[] r = re[e], i = im[e];
            for (int l = 0; l < lines; l++) {
                y[at + l * across + e * along] = scale * r[l];
                y[at + l * across + e * along + 1] = scale * i[l];
            }
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
        float[][] wasRe = re;
        re = im;
        im = wasRe;
    }

    /// The chirp, a convolution by way of two transforms, the chirp.
    private void convolve(FourierPlan plan) {
        FourierPlan inner = plan.inner();
        multiply(plan.size(), plan.chirp());
        for (int e = plan.size(); e < inner.size(); e++) {
            Arrays.fill(re[e], 0);
            Arrays.fill(im[e], 0);
        }
        passes(inner);
        multiply(inner.size(), plan.filter());
        exchange();
        passes(inner);
        exchange();
        multiply(plan.size(), plan.chirp());
    }

    private void multiply(int count, Roots by) {
        for (int e = 0; e < count; e++) {
            product(by.re()[e], by.im()[e], re[e], im[e], re[e], im[e]);
        }
    }

    private void passes(FourierPlan plan) {
        int stride = 1;
        for (int factor : plan.factors()) {
            pass(plan.size(), factor, stride, plan.roots());
            stride *= factor;
        }
    }

    /// With n = s r m, and s the product of the factors done: for p < m, q < s, k < r
    ///
    ///     next[q + s (r p + k)] = sum over j < r of x[q + s (p + m j)] exp(-2 pi i s k (p + m j) / n)
    private void pass(int n, int r, int s, Roots roots) {
        int m = n / r / s;
        for (int p = 0; p < m; p++) {
            for (int q = 0; q < s; q++) {
                for (int k = 0; k < r; k++) {
                    int to = q + s * (r * p + k), root = s * k * p;
                    for (int j = 0; j < r; j++) {
                        int from = q + s * (p + m * j);
                        float c = roots.re()[root], d = roots.im()[root];
                        if (j == 0) {
                            product(c, d, re[from], im[from], nextRe[to], nextIm[to]);
                        } else {
                            addProduct(c, d, re[from], im[from], nextRe[to], nextIm[to]);
                        }
                        root += s * k * m;
                        root -= root >= n ? n : 0;
                    }
                }
            }
        }
        turn();
    }

    private void turn() {
        float[][] wasRe = re, wasIm = im;
        re = nextRe;
        im = nextIm;
        nextRe = wasRe;
        nextIm = wasIm;
    }

    /// y = (c + d i) x
    private static void product(float c, float d, float[] xRe, float[] xIm, float[] yRe, float[] yIm) {
        for (int l = 0; l < LANES; l++) {
            float a = xRe[l], b = xIm[l];
            yRe[l] = c * a - d * b;
            yIm[l] = c * b + d * a;
        }
    }

    /// y += (c + d i) x
    private static void addProduct(float c, float d, float[] xRe, float[] xIm, float[] yRe, float[] yIm) {
        for (int l = 0; l < LANES; l++) {
            yRe[l] += c * xRe[l] - d * xIm[l];
            yIm[l] += c * xIm[l] + d * xRe[l];
        }
    }

    /// With w = exp(-2 pi i / 2n), x_k = (z_k + conj z_{n-k}) / 2 - i w^k (z_k - conj z_{n-k}) / 2, and likewise x_{n-k}.
    @Override
    public void unpackReal(FourierPlan plan) {
        int n = plan.size();
        System.arraycopy(re[0], 0, re[n], 0, LANES);
        System.arraycopy(im[0], 0, im[n], 0, LANES);
        for (int k = 0; k <= n / 2; k++) {
            unpackReal(plan.halfRoots().re()[k], plan.halfRoots().im()[k], re[k], im[k], re[n - k], im[n - k]);
        }
    }

    private static void unpackReal(float c, float d, float[] aRe, float[] aIm, float[] bRe, float[] bIm) {
        for (int l = 0; l < LANES; l++) {
            float sumRe = (aRe[l] + bRe[l]) / 2, sumIm = (aIm[l] - bIm[l]) / 2;
            float difRe = (aRe[l] - bRe[l]) / 2, difIm = (aIm[l] + bIm[l]) / 2;
            float tRe = -d * difRe - c * difIm, tIm = c * difRe - d * difIm;
            aRe[l] = sumRe - tRe;
            aIm[l] = sumIm - tIm;
            bRe[l] = sumRe + tRe;
            bIm[l] = -sumIm - tIm;
        }
    }

    /// z_k = x_k + conj x_{n-k} + i w^{-k} (x_k - conj x_{n-k}), and likewise z_{n-k}.
    @Override
    public void packReal(FourierPlan plan) {
        int n = plan.size();
        Arrays.fill(im[0], 0);
        Arrays.fill(im[n], 0);
        for (int k = 0; k <= n / 2; k++) {
            packReal(plan.halfRoots().re()[k], plan.halfRoots().im()[k], re[k], im[k], re[n - k], im[n - k]);
        }
    }

    private static void packReal(float c, float d, float[] aRe, float[] aIm, float[] bRe, float[] bIm) {
        for (int l = 0; l < LANES; l++) {
            float sumRe = aRe[l] + bRe[l], sumIm = aIm[l] - bIm[l];
            float difRe = aRe[l] - bRe[l], difIm = aIm[l] + bIm[l];
            float tRe = d * difRe - c * difIm, tIm = c * difRe + d * difIm;
            aRe[l] = sumRe + tRe;
            aIm[l] = sumIm + tIm;
            bRe[l] = sumRe - tRe;
            bIm[l] = tIm - sumIm;
        }
    }
}
