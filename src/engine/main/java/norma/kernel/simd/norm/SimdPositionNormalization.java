package norma.kernel.simd.norm;

import static jdk.incubator.vector.FloatVector.fromArray;
import static norma.kernel.simd.vector.Species.F;
import static norma.kernel.simd.vector.Species.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import norma.kernel.Floats;
import norma.kernel.contract.PositionNormalizationKernel;
import norma.kernel.contract.Scratch;
import norma.kernel.contract.TreeReduction;
import norma.kernel.simd.elementwise.SimdReduction;
import norma.kernel.simd.vector.RowMath;

/// Normalization across channels on vectors: each lane is a position, so no sum goes across lanes. All channels of some
/// positions are copied to a tile, filled up with zeros, for channels that lie a power of two apart would push each other out
/// of the cache.
///
/// Statistics are those of [SimdNormalization]: sums around a guess of the mean, again if it was bad, in double by the plain
/// loops if they leave the range of float.
public final class SimdPositionNormalization implements PositionNormalizationKernel {
    /// Positions in a tile.
    private static final int W = 64;

    private static final Scratch TILE = new Scratch();
    private static final Scratch GRADIENT_TILE = new Scratch();
    private static final Scratch MOMENTS = new Scratch();
    private static final Scratch LANE_SHARES = new Scratch();
    private static final Scratch SHARES = new Scratch();
    private static final Scratch TOTAL = new Scratch();
    private static final Scratch COLUMN = new Scratch();

    @Override
    public void forward(Sizes s, Floats x, Floats gamma, Floats beta, float eps, Floats y, Floats statistics) {
        PositionNormalizationKernel.split(s, (_, image, from, to) -> {
            float[] tile = TILE.floats(s.channels() * W), moments = MOMENTS.floats(3 * W);
            for (int p = from; p < to; p += W) {
                int count = Math.min(W, to - p);
                load(s, x, s.index(image, p), count, tile);
                for (int j = 0; j < W; j += LANES) {
                    moments(s.centered(), tile, j, s.channels(), eps, moments);
                }
                repair(s, tile, eps, count, moments);
                for (int j = 0; j < W; j += LANES) {
                    normalize(tile, j, s.channels(), moments, gamma, beta);
                }
                store(s, tile, count, y, s.index(image, p));
                for (int k = 0; k < 3; k++) {
                    System.arraycopy(moments, k * W, statistics.array(),
                            statistics.offset() + (3 * image + k) * s.positions() + p, count);
                }
            }
        });
    }

    private static void load(Sizes s, Floats x, int first, int count, float[] tile) {
        for (int c = 0; c < s.channels(); c++) {
            System.arraycopy(x.array(), x.offset() + first + c * s.positions(), tile, c * W, count);
            Arrays.fill(tile, c * W + count, (c + 1) * W, 0);
        }
    }

    private static void store(Sizes s, float[] tile, int count, Floats y, int first) {
        for (int c = 0; c < s.channels(); c++) {
            System.arraycopy(tile, c * W, y.array(), y.offset() + first + c * s.positions(), count);
        }
    }

    /// Mean, rest and rstd of one vector of positions; rstd is NaN where squares have left the range of float.
    private static void moments(boolean centered, float[] tile, int j, int n, float eps, float[] moments) {
        FloatVector shift = FloatVector.zero(F), sum, squares;
        if (centered) {
            int few = n < 8 ? 1 : 8;
            for (int c = 0; c < few; c++) {
                shift = shift.add(fromArray(F, tile, c * W + j));
            }
            shift = shift.mul(1f / few);
        }
        for (boolean again = false;; again = true) {
            FloatVector s0 = FloatVector.zero(F), s1 = s0, q0 = s0, q1 = s0;
            int c = 0;
            for (; c <= n - 2; c += 2) {
                FloatVector d0 = fromArray(F, tile, c * W + j).sub(shift);
                FloatVector d1 = fromArray(F, tile, c * W + W + j).sub(shift);
                s0 = s0.add(d0);
                s1 = s1.add(d1);
                q0 = d0.fma(d0, q0);
                q1 = d1.fma(d1, q1);
            }
            if (c < n) {
                FloatVector d = fromArray(F, tile, c * W + j).sub(shift);
                s0 = s0.add(d);
                q0 = d.fma(d, q0);
            }
            sum = s0.add(s1);
            squares = q0.add(q1);
            FloatVector squareOfSum = sum.mul(sum).div(n);
            if (!centered || again || !squareOfSum.compare(VectorOperators.GT, squares.sub(squareOfSum)).anyTrue()) {
                break;
            }
            shift = shift.add(sum.div(n));
        }
        FloatVector rest = centered ? sum.div(n) : FloatVector.zero(F), mean = shift.add(rest);
        FloatVector square = squares.sub(rest.mul(sum)).div(n);
        square = square.blend(0f, square.compare(VectorOperators.LT, 0f));
        FloatVector inRange = square.add(eps);
        mean.intoArray(moments, j);
        shift.sub(mean).add(rest).intoArray(moments, W + j);
        FloatVector.broadcast(F, 1f).div(inRange.sqrt())
                .blend(Float.NaN, inRange.compare(VectorOperators.LE, 1e-36f))
                .blend(Float.NaN, squares.compare(VectorOperators.GE, Float.MAX_VALUE)).intoArray(moments, 2 * W + j);
    }

    private static void repair(Sizes s, float[] tile, float eps, int count, float[] moments) {
        for (int j = 0; j < W; j++) {
            if (j >= count) {
                moments[j] = moments[W + j] = moments[2 * W + j] = 0;
            } else if (moments[2 * W + j] != moments[2 * W + j]) {
                float[] column = COLUMN.floats(s.channels() + 3);
                for (int c = 0; c < s.channels(); c++) {
                    column[c] = tile[c * W + j];
                }
                float[] three = new float[3];
                PositionNormalizationKernel.moments(s.centered(), column, s.channels(), eps, three);
                for (int k = 0; k < 3; k++) {
                    moments[k * W + j] = three[k];
                }
            }
        }
    }

    /// Puts gamma * ((x - mean) - rest) * rstd + beta in the place of x.
    private static void normalize(float[] tile, int j, int n, float[] moments, Floats gamma, Floats beta) {
        FloatVector mean = fromArray(F, moments, j), rest = fromArray(F, moments, W + j);
        FloatVector rstd = fromArray(F, moments, 2 * W + j);
        for (int c = 0; c < n; c++) {
            float g = gamma == null ? 1 : gamma.get(c), b = beta == null ? 0 : beta.get(c);
            fromArray(F, tile, c * W + j).sub(mean).sub(rest).mul(rstd).fma(g, b).intoArray(tile, c * W + j);
        }
    }

    /// The lanes of a block add up their shares of dGamma and dBeta apart; then lanes, then blocks are summed.
    @Override
    public void backward(Sizes s, Floats dy, Floats x, Floats gamma, Floats statistics, Floats dx, Floats dGamma,
            Floats dBeta) {
        int n = s.channels(), size = 2 * n, blocks = s.images() * s.blocks();
        float[] shares = SHARES.floats(blocks * size), total = TOTAL.floats(size);
        PositionNormalizationKernel.split(s, (block, image, from, to) -> {
            float[] lanes = LANE_SHARES.floats(size * LANES);
            Arrays.fill(lanes, 0, size * LANES, 0);
            for (int p = from; p < to; p += W) {
                backwardTile(s, image, p, Math.min(W, to - p), dy, x, gamma, statistics, dx, lanes);
            }
            float[] vector = RowMath.lanes();
            for (int i = 0; i < size; i++) {
                System.arraycopy(lanes, i * LANES, vector, 0, LANES);
                shares[block * size + i] = (float) RowMath.sum(vector);
            }
        });
        TreeReduction.reduce(new Floats(shares, 0, blocks * size), new Floats(total, 0, size), 1, blocks, size,
                SimdReduction::sumBlock);
        if (dGamma != null) {
            dGamma.set(new Floats(total, 0, n));
        }
        if (dBeta != null) {
            dBeta.set(new Floats(total, n, n));
        }
    }

    private static void backwardTile(Sizes s, int image, int p, int count, Floats dy, Floats x, Floats gamma,
            Floats statistics, Floats dx, float[] lanes) {
        int n = s.channels(), first = s.index(image, p);
        float[] tile = TILE.floats(n * W), gradient = GRADIENT_TILE.floats(n * W);
        float[] moments = MOMENTS.floats(3 * W);
        load(s, x, first, count, tile);
        load(s, dy, first, count, gradient);
        for (int k = 0; k < 3; k++) {
            System.arraycopy(statistics.array(), statistics.offset() + (3 * image + k) * s.positions() + p, moments,
                    k * W, count);
            Arrays.fill(moments, k * W + count, (k + 1) * W, 0);
        }
        for (int j = 0; j < W; j += LANES) {
            inputGradient(s.centered(), tile, gradient, j, n, moments, gamma, lanes);
        }
        store(s, gradient, count, dx, first);
    }

    /// Puts dx in the place of dy, and xhat in that of x; adds dy * xhat and dy to the shares of dGamma and dBeta.
    private static void inputGradient(boolean centered, float[] tile, float[] gradient, int j, int n, float[] moments,
            Floats gamma, float[] lanes) {
        FloatVector mean = fromArray(F, moments, j), rest = fromArray(F, moments, W + j);
        FloatVector rstd = fromArray(F, moments, 2 * W + j), sum = FloatVector.zero(F), dot = sum;
        int betas = n * LANES;
        for (int c = 0; c < n; c++) {
            int at = c * LANES;
            FloatVector d = fromArray(F, gradient, c * W + j);
            FloatVector xhat = fromArray(F, tile, c * W + j).sub(mean).sub(rest).mul(rstd);
            xhat.intoArray(tile, c * W + j);
            xhat.fma(d, fromArray(F, lanes, at)).intoArray(lanes, at);
            d.add(fromArray(F, lanes, betas + at)).intoArray(lanes, betas + at);
            FloatVector g = d.mul(gamma == null ? 1 : gamma.get(c));
            g.intoArray(gradient, c * W + j);
            sum = sum.add(g);
            dot = g.fma(xhat, dot);
        }
        FloatVector meanG = centered ? sum.div(n) : FloatVector.zero(F), minusDot = dot.div(-n);
        for (int c = 0; c < n; c++) {
            fromArray(F, tile, c * W + j).fma(minusDot, fromArray(F, gradient, c * W + j).sub(meanG)).mul(rstd)
                    .intoArray(gradient, c * W + j);
        }
    }
}
