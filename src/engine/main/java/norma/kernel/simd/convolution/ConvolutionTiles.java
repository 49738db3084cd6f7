package norma.kernel.simd.convolution;

import static norma.kernel.simd.vector.Species.F;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import norma.kernel.simd.matmul.MatmulTiles;
import norma.kernel.simd.vector.Species;

/// The innermost loops of convolution: tiles that stay in registers while the taps, or the outputs, pass by.
///
/// They read planes as [PlaneLayout] lays them out: tap k of the windows that begin at `x0` lies at `x0 + taps[k]`. The bodies
/// are unrolled by hand for the reasons told in [MatmulTiles].
final class ConvolutionTiles {
    /// Channels of a panel of weights: all of them for one tap stand together, then those of the next tap.
    static final int ROWS = 8;

    private static final int L = Species.LANES;

    private ConvolutionTiles() {
    }

    /// y = bias + sum over the taps of w x: eight channels, two vectors of outputs.
    static void correlate8x2(float[] w, int wAt, int[] taps, float[] x, int x0, int x1, float[] bias, int biasAt,
            float[] y, int y0, int y1, int yRow) {
        FloatVector y00 = FloatVector.broadcast(F, bias[biasAt]);
        FloatVector y01 = y00;
        FloatVector y10 = FloatVector.broadcast(F, bias[biasAt + 1]);
        FloatVector y11 = y10;
        FloatVector y20 = FloatVector.broadcast(F, bias[biasAt + 2]);
        FloatVector y21 = y20;
        FloatVector y30 = FloatVector.broadcast(F, bias[biasAt + 3]);
        FloatVector y31 = y30;
        FloatVector y40 = FloatVector.broadcast(F, bias[biasAt + 4]);
        FloatVector y41 = y40;
        FloatVector y50 = FloatVector.broadcast(F, bias[biasAt + 5]);
        FloatVector y51 = y50;
        FloatVector y60 = FloatVector.broadcast(F, bias[biasAt + 6]);
        FloatVector y61 = y60;
        FloatVector y70 = FloatVector.broadcast(F, bias[biasAt + 7]);
        FloatVector y71 = y70;
        for (int k = 0; k < taps.length; k++) {
            int i = wAt + k * ROWS;
            FloatVector v0 = FloatVector.fromArray(F, x, x0 + taps[k]);
            FloatVector v1 = FloatVector.fromArray(F, x, x1 + taps[k]);
            FloatVector w0 = FloatVector.broadcast(F, w[i]);
            y00 = w0.fma(v0, y00);
            y01 = w0.fma(v1, y01);
            FloatVector w1 = FloatVector.broadcast(F, w[i + 1]);
            y10 = w1.fma(v0, y10);
            y11 = w1.fma(v1, y11);
            FloatVector w2 = FloatVector.broadcast(F, w[i + 2]);
            y20 = w2.fma(v0, y20);
            y21 = w2.fma(v1, y21);
            FloatVector w3 = FloatVector.broadcast(F, w[i + 3]);
            y30 = w3.fma(v0, y30);
            y31 = w3.fma(v1, y31);
            FloatVector w4 = FloatVector.broadcast(F, w[i + 4]);
            y40 = w4.fma(v0, y40);
            y41 = w4.fma(v1, y41);
            FloatVector w5 = FloatVector.broadcast(F, w[i + 5]);
            y50 = w5.fma(v0, y50);
            y51 = w5.fma(v1, y51);
            FloatVector w6 = FloatVector.broadcast(F, w[i + 6]);
            y60 = w6.fma(v0, y60);
            y61 = w6.fma(v1, y61);
            FloatVector w7 = FloatVector.broadcast(F, w[i + 7]);
            y70 = w7.fma(v0, y70);
            y71 = w7.fma(v1, y71);
        }
        y00.intoArray(y, y0);
        y01.intoArray(y, y1);
        y10.intoArray(y, y0 + yRow);
        y11.intoArray(y, y1 + yRow);
        y20.intoArray(y, y0 + 2 * yRow);
        y21.intoArray(y, y1 + 2 * yRow);
        y30.intoArray(y, y0 + 3 * yRow);
        y31.intoArray(y, y1 + 3 * yRow);
        y40.intoArray(y, y0 + 4 * yRow);
        y41.intoArray(y, y1 + 4 * yRow);
        y50.intoArray(y, y0 + 5 * yRow);
        y51.intoArray(y, y1 + 5 * yRow);
        y60.intoArray(y, y0 + 6 * yRow);
        y61.intoArray(y, y1 + 6 * yRow);
        y70.intoArray(y, y0 + 7 * yRow);
        y71.intoArray(y, y1 + 7 * yRow);
    }

    /// The same for four channels; those of one tap stand `wStep` from those of the next.
    static void correlate4x2(float[] w, int wAt, int wStep, int[] taps, float[] x, int x0, int x1, float[] bias,
            int biasAt,
            float[] y, int y0, int y1, int yRow) {
        FloatVector y00 = FloatVector.broadcast(F, bias[biasAt]);
        FloatVector y01 = y00;
        FloatVector y10 = FloatVector.broadcast(F, bias[biasAt + 1]);
        FloatVector y11 = y10;
        FloatVector y20 = FloatVector.broadcast(F, bias[biasAt + 2]);
        FloatVector y21 = y20;
        FloatVector y30 = FloatVector.broadcast(F, bias[biasAt + 3]);
        FloatVector y31 = y30;
        for (int k = 0; k < taps.length; k++) {
            int i = wAt + k * wStep;
            FloatVector v0 = FloatVector.fromArray(F, x, x0 + taps[k]);
            FloatVector v1 = FloatVector.fromArray(F, x, x1 + taps[k]);
            FloatVector w0 = FloatVector.broadcast(F, w[i]);
            y00 = w0.fma(v0, y00);
            y01 = w0.fma(v1, y01);
            FloatVector w1 = FloatVector.broadcast(F, w[i + 1]);
            y10 = w1.fma(v0, y10);
            y11 = w1.fma(v1, y11);
            FloatVector w2 = FloatVector.broadcast(F, w[i + 2]);
            y20 = w2.fma(v0, y20);
            y21 = w2.fma(v1, y21);
            FloatVector w3 = FloatVector.broadcast(F, w[i + 3]);
            y30 = w3.fma(v0, y30);
            y31 = w3.fma(v1, y31);
        }
        y00.intoArray(y, y0);
        y01.intoArray(y, y1);
        y10.intoArray(y, y0 + yRow);
        y11.intoArray(y, y1 + yRow);
        y20.intoArray(y, y0 + 2 * yRow);
        y21.intoArray(y, y1 + 2 * yRow);
        y30.intoArray(y, y0 + 3 * yRow);
        y31.intoArray(y, y1 + 3 * yRow);
    }

    /// y = bias + sum over the taps of w x: one channel, four vectors of outputs from vector `v` on.
    static void correlate1x4(float[] w, int wAt, int[] taps, float[] x, int xAt, int[] xs, float bias, float[] y,
            int yAt,
            int[] ys, int v) {
        int x0 = xAt + xs[v];
        int x1 = xAt + xs[v + 1];
        int x2 = xAt + xs[v + 2];
        int x3 = xAt + xs[v + 3];
        FloatVector s0 = FloatVector.broadcast(F, bias);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int k = 0; k < taps.length; k++) {
            FloatVector weight = FloatVector.broadcast(F, w[wAt + k]);
            s0 = weight.fma(FloatVector.fromArray(F, x, x0 + taps[k]), s0);
            s1 = weight.fma(FloatVector.fromArray(F, x, x1 + taps[k]), s1);
            s2 = weight.fma(FloatVector.fromArray(F, x, x2 + taps[k]), s2);
            s3 = weight.fma(FloatVector.fromArray(F, x, x3 + taps[k]), s3);
        }
        s0.intoArray(y, yAt + ys[v]);
        s1.intoArray(y, yAt + ys[v + 1]);
        s2.intoArray(y, yAt + ys[v + 2]);
        s3.intoArray(y, yAt + ys[v + 3]);
    }

    /// dw += dy x: eight taps from tap `k` on, two vectors of channels of dy. The channels of an output lie side by side in
    /// dy, those of the next output `dyRow` further; those of a tap lie side by side in dw.
    static void gradient8x2(float[] x, int xAt, int pitch, int[] taps, int k, float[] dy, int dyAt, int dyRow, int rows,
            int columns, float[] dw, int dwAt, int dwRow) {
        FloatVector d00 = FloatVector.fromArray(F, dw, dwAt);
        FloatVector d01 = FloatVector.fromArray(F, dw, dwAt + L);
        FloatVector d10 = FloatVector.fromArray(F, dw, dwAt + dwRow);
        FloatVector d11 = FloatVector.fromArray(F, dw, dwAt + dwRow + L);
        FloatVector d20 = FloatVector.fromArray(F, dw, dwAt + 2 * dwRow);
        FloatVector d21 = FloatVector.fromArray(F, dw, dwAt + 2 * dwRow + L);
        FloatVector d30 = FloatVector.fromArray(F, dw, dwAt + 3 * dwRow);
        FloatVector d31 = FloatVector.fromArray(F, dw, dwAt + 3 * dwRow + L);
        FloatVector d40 = FloatVector.fromArray(F, dw, dwAt + 4 * dwRow);
        FloatVector d41 = FloatVector.fromArray(F, dw, dwAt + 4 * dwRow + L);
        FloatVector d50 = FloatVector.fromArray(F, dw, dwAt + 5 * dwRow);
        FloatVector d51 = FloatVector.fromArray(F, dw, dwAt + 5 * dwRow + L);
        FloatVector d60 = FloatVector.fromArray(F, dw, dwAt + 6 * dwRow);
        FloatVector d61 = FloatVector.fromArray(F, dw, dwAt + 6 * dwRow + L);
        FloatVector d70 = FloatVector.fromArray(F, dw, dwAt + 7 * dwRow);
        FloatVector d71 = FloatVector.fromArray(F, dw, dwAt + 7 * dwRow + L);
        int t0 = taps[k];
        int t1 = taps[k + 1];
        int t2 = taps[k + 2];
        int t3 = taps[k + 3];
        int t4 = taps[k + 4];
        int t5 = taps[k + 5];
        int t6 = taps[k + 6];
        int t7 = taps[k + 7];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                int at = xAt + i * pitch + j;
                int d = dyAt + (i * columns + j) * dyRow;
                FloatVector v0 = FloatVector.fromArray(F, dy, d);
                FloatVector v1 = FloatVector.fromArray(F, dy, d + L);
                FloatVector x0 = FloatVector.broadcast(F, x[at + t0]);
                d00 = x0.fma(v0, d00);
                d01 = x0.fma(v1, d01);
                FloatVector x1 = FloatVector.broadcast(F, x[at + t1]);
                d10 = x1.fma(v0, d10);
                d11 = x1.fma(v1, d11);
                FloatVector x2 = FloatVector.broadcast(F, x[at + t2]);
                d20 = x2.fma(v0, d20);
                d21 = x2.fma(v1, d21);
                FloatVector x3 = FloatVector.broadcast(F, x[at + t3]);
                d30 = x3.fma(v0, d30);
                d31 = x3.fma(v1, d31);
                FloatVector x4 = FloatVector.broadcast(F, x[at + t4]);
                d40 = x4.fma(v0, d40);
                d41 = x4.fma(v1, d41);
                FloatVector x5 = FloatVector.broadcast(F, x[at + t5]);
                d50 = x5.fma(v0, d50);
                d51 = x5.fma(v1, d51);
                FloatVector x6 = FloatVector.broadcast(F, x[at + t6]);
                d60 = x6.fma(v0, d60);
                d61 = x6.fma(v1, d61);
                FloatVector x7 = FloatVector.broadcast(F, x[at + t7]);
                d70 = x7.fma(v0, d70);
                d71 = x7.fma(v1, d71);
            }
        }
        d00.intoArray(dw, dwAt);
        d01.intoArray(dw, dwAt + L);
        d10.intoArray(dw, dwAt + dwRow);
        d11.intoArray(dw, dwAt + dwRow + L);
        d20.intoArray(dw, dwAt + 2 * dwRow);
        d21.intoArray(dw, dwAt + 2 * dwRow + L);
        d30.intoArray(dw, dwAt + 3 * dwRow);
        d31.intoArray(dw, dwAt + 3 * dwRow + L);
        d40.intoArray(dw, dwAt + 4 * dwRow);
        d41.intoArray(dw, dwAt + 4 * dwRow + L);
        d50.intoArray(dw, dwAt + 5 * dwRow);
        d51.intoArray(dw, dwAt + 5 * dwRow + L);
        d60.intoArray(dw, dwAt + 6 * dwRow);
        d61.intoArray(dw, dwAt + 6 * dwRow + L);
        d70.intoArray(dw, dwAt + 7 * dwRow);
        d71.intoArray(dw, dwAt + 7 * dwRow + L);
    }

    /// The same for four taps.
    static void gradient4x2(float[] x, int xAt, int pitch, int[] taps, int k, float[] dy, int dyAt, int dyRow, int rows,
            int columns, float[] dw, int dwAt, int dwRow) {
        FloatVector d00 = FloatVector.fromArray(F, dw, dwAt);
        FloatVector d01 = FloatVector.fromArray(F, dw, dwAt + L);
        FloatVector d10 = FloatVector.fromArray(F, dw, dwAt + dwRow);
        FloatVector d11 = FloatVector.fromArray(F, dw, dwAt + dwRow + L);
        FloatVector d20 = FloatVector.fromArray(F, dw, dwAt + 2 * dwRow);
        FloatVector d21 = FloatVector.fromArray(F, dw, dwAt + 2 * dwRow + L);
        FloatVector d30 = FloatVector.fromArray(F, dw, dwAt + 3 * dwRow);
        FloatVector d31 = FloatVector.fromArray(F, dw, dwAt + 3 * dwRow + L);
        int t0 = taps[k];
        int t1 = taps[k + 1];
        int t2 = taps[k + 2];
        int t3 = taps[k + 3];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                int at = xAt + i * pitch + j;
                int d = dyAt + (i * columns + j) * dyRow;
                FloatVector v0 = FloatVector.fromArray(F, dy, d);
                FloatVector v1 = FloatVector.fromArray(F, dy, d + L);
                FloatVector x0 = FloatVector.broadcast(F, x[at + t0]);
                d00 = x0.fma(v0, d00);
                d01 = x0.fma(v1, d01);
                FloatVector x1 = FloatVector.broadcast(F, x[at + t1]);
                d10 = x1.fma(v0, d10);
                d11 = x1.fma(v1, d11);
                FloatVector x2 = FloatVector.broadcast(F, x[at + t2]);
                d20 = x2.fma(v0, d20);
                d21 = x2.fma(v1, d21);
                FloatVector x3 = FloatVector.broadcast(F, x[at + t3]);
                d30 = x3.fma(v0, d30);
                d31 = x3.fma(v1, d31);
            }
        }
        d00.intoArray(dw, dwAt);
        d01.intoArray(dw, dwAt + L);
        d10.intoArray(dw, dwAt + dwRow);
        d11.intoArray(dw, dwAt + dwRow + L);
        d20.intoArray(dw, dwAt + 2 * dwRow);
        d21.intoArray(dw, dwAt + 2 * dwRow + L);
        d30.intoArray(dw, dwAt + 3 * dwRow);
        d31.intoArray(dw, dwAt + 3 * dwRow + L);
    }

    /// dw += dy x, lane by lane, on a column of vectors: four taps from tap `k` on, one channel of dy, a vector of sums for
    /// each tap.
    static void dots4(float[] x, int xAt, int xRow, int[] taps, int k, float[] dy, int dyAt, int dyRow,
            int rows, float[] dw, int dwAt) {
        FloatVector d0 = FloatVector.fromArray(F, dw, dwAt);
        FloatVector d1 = FloatVector.fromArray(F, dw, dwAt + L);
        FloatVector d2 = FloatVector.fromArray(F, dw, dwAt + 2 * L);
        FloatVector d3 = FloatVector.fromArray(F, dw, dwAt + 3 * L);
        int t0 = xAt + taps[k];
        int t1 = xAt + taps[k + 1];
        int t2 = xAt + taps[k + 2];
        int t3 = xAt + taps[k + 3];
        for (int i = 0; i < rows; i++) {
            int at = i * xRow;
            FloatVector v = FloatVector.fromArray(F, dy, dyAt + i * dyRow);
            d0 = v.fma(FloatVector.fromArray(F, x, at + t0), d0);
            d1 = v.fma(FloatVector.fromArray(F, x, at + t1), d1);
            d2 = v.fma(FloatVector.fromArray(F, x, at + t2), d2);
            d3 = v.fma(FloatVector.fromArray(F, x, at + t3), d3);
        }
        d0.intoArray(dw, dwAt);
        d1.intoArray(dw, dwAt + L);
        d2.intoArray(dw, dwAt + 2 * L);
        d3.intoArray(dw, dwAt + 3 * L);
    }

    /// The same where only `count` lanes count; the others may hold anything.
    static void dots4(float[] x, int xAt, int xRow, int[] taps, int k, float[] dy, int dyAt, int dyRow,
            int rows, int count, float[] dw, int dwAt) {
        FloatVector d0 = FloatVector.fromArray(F, dw, dwAt);
        FloatVector d1 = FloatVector.fromArray(F, dw, dwAt + L);
        FloatVector d2 = FloatVector.fromArray(F, dw, dwAt + 2 * L);
        FloatVector d3 = FloatVector.fromArray(F, dw, dwAt + 3 * L);
        int t0 = xAt + taps[k];
        int t1 = xAt + taps[k + 1];
        int t2 = xAt + taps[k + 2];
        int t3 = xAt + taps[k + 3];
        FloatVector zero = FloatVector.zero(F);
        VectorMask<Float> inside = F.indexInRange(0, count);
        for (int i = 0; i < rows; i++) {
            int at = i * xRow;
            FloatVector v = zero.blend(FloatVector.fromArray(F, dy, dyAt + i * dyRow), inside);
            d0 = v.fma(zero.blend(FloatVector.fromArray(F, x, at + t0), inside), d0);
            d1 = v.fma(zero.blend(FloatVector.fromArray(F, x, at + t1), inside), d1);
            d2 = v.fma(zero.blend(FloatVector.fromArray(F, x, at + t2), inside), d2);
            d3 = v.fma(zero.blend(FloatVector.fromArray(F, x, at + t3), inside), d3);
        }
        d0.intoArray(dw, dwAt);
        d1.intoArray(dw, dwAt + L);
        d2.intoArray(dw, dwAt + 2 * L);
        d3.intoArray(dw, dwAt + 3 * L);
    }
}
