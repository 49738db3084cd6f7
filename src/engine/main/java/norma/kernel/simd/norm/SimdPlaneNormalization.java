package norma.kernel.simd.norm;

import static jdk.incubator.vector.FloatVector.fromArray;
import static norma.kernel.simd.vector.Species.F;
import static norma.kernel.simd.vector.Species.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import norma.kernel.Floats;
import norma.kernel.Planes;
import norma.kernel.contract.PlaneNormalizationKernel;
import norma.kernel.contract.Scratch;
import norma.kernel.simd.vector.RowMath;
import norma.parallel.Workers;

/// Normalization by channel on vectors: along planes where they are long enough, and across channels for features (N, C)
/// whose statistics lie over the batch. The plain loops do the rest: planes of less than a vector.
public final class SimdPlaneNormalization implements PlaneNormalizationKernel {
    /// Rows of (N, C) whose moments are taken together.
    private static final int BLOCK = 64;

    private static final Scratch EXPANDED = new Scratch();

    private static boolean isFeatures(Planes p) {
        return p.acrossBatch() && p.run() == 1;
    }

    /// Whether each example has its own statistics, on planes that are worth vectors.
    private static boolean isLocal(Planes p) {
        return !p.acrossBatch() && p.inner() >= LANES;
    }

    @Override
    public void moments(Planes p, Floats x, Floats statistics) {
        if (isFeatures(p)) {
            momentsOfFeatures(p, x, statistics);
            return;
        }
        float[] parts = MOMENTS.floats(3 * p.runs());
        Workers.split(p.runs(), Workers.grain(p.run()), (from, to) -> {
            double[] sums = new double[2];
            for (int r = from; r < to; r++) {
                momentsOfRun(p, x, r, sums, parts, 3 * r);
            }
        });
        PlaneNormalizationKernel.merge(p, parts, statistics);
    }

    private static void momentsOfRun(Planes p, Floats x, int run, double[] sums, float[] parts, int at) {
        int pieces = p.inner() < LANES ? 1 : p.width();
        float shift =
                SimdNormalization.deviations(x.array(), x.offset() + run * p.run(), p.run() / pieces, pieces, sums);
        PlaneNormalizationKernel.part(shift, sums[0], sums[1], p.run(), parts, at);
    }

    @Override
    public void forward(Planes p, Floats x, Floats gamma, Floats beta, float eps, Floats y, Floats statistics) {
        if (!isLocal(p)) {
            PlaneNormalizationKernel.super.forward(p, x, gamma, beta, eps, y, statistics);
            return;
        }
        Workers.split(p.runs(), Workers.grain(p.run()), (from, to) -> {
            double[] sums = new double[2];
            float[] part = MOMENTS.floats(3);
            for (int r = from; r < to; r++) { // normalized while the first cache still has it
                momentsOfRun(p, x, r, sums, part, 0);
                PlaneNormalizationKernel.merge(part, 0, 1, 0, p.run(), p.run(), statistics, 3 * r);
                normalizeRun(p, x, r, statistics, gamma, beta, eps, y);
            }
        });
    }

    private static void momentsOfFeatures(Planes p, Floats x, Floats statistics) {
        int rows = p.batch(), columns = p.channels(), blocks = Math.ceilDiv(rows, BLOCK);
        float[] parts = MOMENTS.floats(3 * blocks * columns);
        Workers.split(blocks, Workers.grain(BLOCK * columns), (from, to) -> {
            float[] lanes = EXPANDED.floats(3 * LANES);
            for (int b = from; b < to; b++) {
                int count = Math.min(BLOCK, rows - b * BLOCK);
                for (int c = 0; c < columns; c += LANES) {
                    int width = Math.min(LANES, columns - c);
                    int at = x.offset() + b * BLOCK * columns + c;
                    if (width == LANES) {
                        columnMoments(x.array(), at, columns, count, lanes);
                    } else {
                        columnMoments(x.array(), at, columns, count, width, lanes);
                    }
                    for (int i = 0; i < width; i++) {
                        PlaneNormalizationKernel.part(lanes[i], lanes[LANES + i], lanes[2 * LANES + i], count, parts,
                                3 * (b * columns + c + i));
                    }
                }
            }
        });
        for (int c = 0; c < columns; c++) {
            PlaneNormalizationKernel.merge(parts, 3 * c, blocks, 3 * columns, BLOCK, rows, statistics, 3 * c);
        }
    }

    /// Of each of a vector of columns: a shift near its mean, the sum of d = x - shift, the sum of d^2.
    private static void columnMoments(float[] x, int x0, int stride, int rows, float[] lanes) {
        FloatVector first = fromArray(F, x, x0), sum = FloatVector.zero(F);
        for (int r = 1; r < rows; r++) {
            sum = sum.add(fromArray(F, x, x0 + r * stride).sub(first));
        }
        FloatVector shift = sum.mul(1f / rows).add(first), squares = FloatVector.zero(F);
        sum = squares;
        for (int r = 0; r < rows; r++) {
            FloatVector d = fromArray(F, x, x0 + r * stride).sub(shift);
            sum = sum.add(d);
            squares = d.fma(d, squares);
        }
        shift.intoArray(lanes, 0);
        sum.intoArray(lanes, LANES);
        squares.intoArray(lanes, 2 * LANES);
    }

    /// The same of fewer columns, one by one.
    private static void columnMoments(float[] x, int x0, int stride, int rows, int width, float[] lanes) {
        for (int c = 0; c < width; c++) {
            float sum = 0, squares = 0;
            for (int r = 1; r < rows; r++) {
                sum += x[x0 + r * stride + c] - x[x0 + c];
            }
            float shift = sum * (1f / rows) + x[x0 + c];
            sum = 0;
            for (int r = 0; r < rows; r++) {
                float d = x[x0 + r * stride + c] - shift;
                sum += d;
                squares = Math.fma(d, d, squares);
            }
            lanes[c] = shift;
            lanes[LANES + c] = sum;
            lanes[2 * LANES + c] = squares;
        }
    }

    @Override
    public void normalize(Planes p, Floats x, Floats statistics, Floats gamma, Floats beta, float eps, Floats y) {
        if (isFeatures(p)) {
            normalizeFeatures(p, x, statistics, gamma, beta, eps, y);
        } else if (p.inner() < LANES) {
            PlaneNormalizationKernel.super.normalize(p, x, statistics, gamma, beta, eps, y);
        } else {
            Workers.split(p.runs(), Workers.grain(p.run()), (from, to) -> {
                for (int r = from; r < to; r++) {
                    normalizeRun(p, x, r, statistics, gamma, beta, eps, y);
                }
            });
        }
    }

    private static void normalizeRun(Planes p, Floats x, int run, Floats statistics, Floats gamma, Floats beta,
            float eps, Floats y) {
        int s = 3 * p.statisticOf(run);
        float rstd = PlaneNormalizationKernel.rstd(statistics, s, eps);
        for (int i = run * p.width(); i < (run + 1) * p.width(); i++) {
            float scale = PlaneNormalizationKernel.at(gamma, i % p.channels(), 1) * rstd;
            normalize(x.array(), x.offset() + i * p.inner(), p.inner(), statistics.get(s), statistics.get(s + 1), scale,
                    PlaneNormalizationKernel.at(beta, i % p.channels(), 0), y.array(), y.offset() + i * p.inner());
        }
    }

    /// y = ((x - mean) - rest) * scale + shift
    private static void normalize(float[] x, int x0, int n, float mean, float rest, float scale, float shift,
            float[] y, int y0) {
        FloatVector scales = FloatVector.broadcast(F, scale), shifts = FloatVector.broadcast(F, shift);
        int i = 0;
        for (; i < F.loopBound(n); i += LANES) {
            fromArray(F, x, x0 + i).sub(mean).sub(rest).fma(scales, shifts).intoArray(y, y0 + i);
        }
        for (; i < n; i++) {
            y[y0 + i] = Math.fma((x[x0 + i] - mean) - rest, scale, shift);
        }
    }

    /// The constants of all channels side by side, then row after row.
    private static void normalizeFeatures(Planes p, Floats x, Floats statistics, Floats gamma, Floats beta, float eps,
            Floats y) {
        int n = p.channels();
        float[] constants = EXPANDED.floats(4 * n);
        for (int c = 0; c < n; c++) {
            constants[c] = statistics.get(3 * c);
            constants[n + c] = statistics.get(3 * c + 1);
            constants[2 * n + c] =
                    PlaneNormalizationKernel.at(gamma, c, 1) * PlaneNormalizationKernel.rstd(statistics, 3 * c, eps);
            constants[3 * n + c] = PlaneNormalizationKernel.at(beta, c, 0);
        }
        Workers.split(p.batch(), Workers.grain(n), (from, to) -> {
            for (int r = from; r < to; r++) {
                normalizeRow(x.array(), x.offset() + r * n, n, constants, y.array(), y.offset() + r * n);
            }
        });
    }

    private static void normalizeRow(float[] x, int x0, int n, float[] k, float[] y, int y0) {
        int i = 0;
        for (; i < F.loopBound(n); i += LANES) {
            fromArray(F, x, x0 + i).sub(fromArray(F, k, i)).sub(fromArray(F, k, n + i))
                    .fma(fromArray(F, k, 2 * n + i), fromArray(F, k, 3 * n + i)).intoArray(y, y0 + i);
        }
        for (; i < n; i++) {
            y[y0 + i] = Math.fma((x[x0 + i] - k[i]) - k[n + i], k[2 * n + i], k[3 * n + i]);
        }
    }

    @Override
    public void backward(Planes p, Floats dy, Floats x, Floats statistics, boolean constant, Floats gamma, float eps,
            Floats dx, Floats dGamma, Floats dBeta) {
        if (isFeatures(p)) {
            backwardOfFeatures(p, dy, x, statistics, constant, gamma, eps, dx, dGamma, dBeta);
        } else if (p.inner() < LANES) {
            PlaneNormalizationKernel.super.backward(p, dy, x, statistics, constant, gamma, eps, dx, dGamma, dBeta);
        } else {
            backwardOfPlanes(p, dy, x, statistics, constant, gamma, eps, dx, dGamma, dBeta);
        }
    }

    private static void backwardOfPlanes(Planes p, Floats dy, Floats x, Floats statistics, boolean constant,
            Floats gamma, float eps, Floats dx, Floats dGamma, Floats dBeta) {
        float[] sums = SUMS.floats(2 * p.batch() * p.channels());
        float[] means = MEANS.floats(2 * p.statistics());
        if (isLocal(p)) {
            Workers.split(p.runs(), Workers.grain(p.run()), (from, to) -> {
                sumsOfRun(p, dy, x, from, statistics, eps, sums);
                for (int r = from; r < to; r++) {
                    PlaneNormalizationKernel.means(p, p.batch(), sums, constant, gamma, r, means);
                    backwardOfRun(p, dy, x, r, Math.min(r + 1, to - 1), statistics, gamma, eps, means, dx, sums);
                }
            });
        } else {
            Workers.split(p.runs(), Workers.grain(p.run()), (from, to) -> {
                for (int r = from; r < to; r++) {
                    sumsOfRun(p, dy, x, r, statistics, eps, sums);
                }
            });
            for (int s = 0; s < p.statistics(); s++) {
                PlaneNormalizationKernel.means(p, p.batch(), sums, constant, gamma, s, means);
            }
            Workers.split(p.runs(), Workers.grain(p.run()), (from, to) -> {
                for (int r = from; r < to; r++) {
                    inputGradientOfRun(p, dy, x, r, statistics, gamma, eps, means, dx);
                }
            });
        }
        PlaneNormalizationKernel.ofChannels(p, p.batch(), sums, dGamma, dBeta);
    }

    private static void sumsOfRun(Planes p, Floats dy, Floats x, int run, Floats statistics, float eps, float[] sums) {
        int s = 3 * p.statisticOf(run), n = p.inner();
        float rstd = PlaneNormalizationKernel.rstd(statistics, s, eps);
        for (int i = run * p.width(); i < (run + 1) * p.width(); i++) {
            sums(dy.array(), dy.offset() + i * n, x.array(), x.offset() + i * n, n, statistics.get(s),
                    statistics.get(s + 1), rstd, sums, 2 * i);
        }
    }

    /// The input gradient of a run, and the sums of the next one in the same loops.
    private static void backwardOfRun(Planes p, Floats dy, Floats x, int run, int next, Floats statistics, Floats gamma,
            float eps, float[] means, Floats dx, float[] sums) {
        float rstd = PlaneNormalizationKernel.rstd(statistics, 3 * run, eps);
        float nextRstd = PlaneNormalizationKernel.rstd(statistics, 3 * next, eps);
        for (int k = 0; k < p.width(); k++) {
            int i = run * p.width() + k, j = next * p.width() + k, at = i * p.inner(), nextAt = j * p.inner();
            float scale = PlaneNormalizationKernel.at(gamma, i % p.channels(), 1);
            if (next == run) {
                inputGradient(dy.array(), dy.offset() + at, x.array(), x.offset() + at, p.inner(),
                        statistics.get(3 * run), statistics.get(3 * run + 1), rstd, scale, means[2 * run],
                        means[2 * run + 1], dx.array(), dx.offset() + at);
            } else {
                inputGradient(dy.array(), dy.offset() + at, x.array(), x.offset() + at, p.inner(),
                        statistics.get(3 * run), statistics.get(3 * run + 1), rstd, scale, means[2 * run],
                        means[2 * run + 1], dx.array(), dx.offset() + at, dy.offset() + nextAt, x.offset() + nextAt,
                        statistics.get(3 * next), statistics.get(3 * next + 1), nextRstd, sums, 2 * j);
            }
        }
    }

    /// The gradient of a plane, as below, and sums[to] = sum of dy, sums[to + 1] = sum of dy xhat of the n elements from
    /// nextDy and nextX on.
    private static void inputGradient(float[] dy, int dy0, float[] x, int x0, int n, float mean, float rest, float rstd,
            float gamma, float meanG, float meanDot, float[] dx, int dx0, int nextDy, int nextX, float nextMean,
            float nextRest, float nextRstd, float[] sums, int at) {
        float a = rstd * gamma, b = -rstd * rstd * meanDot, c = -rstd * meanG;
        FloatVector as = FloatVector.broadcast(F, a), bs = FloatVector.broadcast(F, b),
                cs = FloatVector.broadcast(F, c);
        float[] lanes = RowMath.lanes();
        double sum = 0, dot = 0;
        int whole = F.loopBound(n);
        for (int from = 0; from < whole; from += RowMath.SPAN) {
            int to = Math.min(whole, from + RowMath.SPAN), i = from;
            FloatVector s0 = FloatVector.zero(F), s1 = s0, t0 = s0, t1 = s0;
            for (; i <= to - 2 * LANES; i += 2 * LANES) {
                FloatVector g0 = fromArray(F, dy, nextDy + i), g1 = fromArray(F, dy, nextDy + i + LANES);
                s0 = s0.add(g0);
                s1 = s1.add(g1);
                t0 = fromArray(F, x, nextX + i).sub(nextMean).sub(nextRest).fma(g0, t0);
                t1 = fromArray(F, x, nextX + i + LANES).sub(nextMean).sub(nextRest).fma(g1, t1);
                FloatVector rest0 = fromArray(F, x, x0 + i).sub(mean).sub(rest).fma(bs, cs);
                FloatVector rest1 = fromArray(F, x, x0 + i + LANES).sub(mean).sub(rest).fma(bs, cs);
                fromArray(F, dy, dy0 + i).fma(as, rest0).intoArray(dx, dx0 + i);
                fromArray(F, dy, dy0 + i + LANES).fma(as, rest1).intoArray(dx, dx0 + i + LANES);
            }
            for (; i < to; i += LANES) {
                FloatVector g = fromArray(F, dy, nextDy + i);
                s0 = s0.add(g);
                t0 = fromArray(F, x, nextX + i).sub(nextMean).sub(nextRest).fma(g, t0);
                FloatVector rest0 = fromArray(F, x, x0 + i).sub(mean).sub(rest).fma(bs, cs);
                fromArray(F, dy, dy0 + i).fma(as, rest0).intoArray(dx, dx0 + i);
            }
            s0.add(s1).intoArray(lanes, 0);
            sum += RowMath.sum(lanes);
            t0.add(t1).intoArray(lanes, 0);
            dot += RowMath.sum(lanes);
        }
        for (int i = whole; i < n; i++) {
            sum += dy[nextDy + i];
            dot += (double) dy[nextDy + i] * ((x[nextX + i] - nextMean) - nextRest);
            dx[dx0 + i] = Math.fma(dy[dy0 + i], a, Math.fma((x[x0 + i] - mean) - rest, b, c));
        }
        sums[at] = (float) sum;
        sums[at + 1] = (float) (dot * nextRstd);
    }

    private static void inputGradientOfRun(Planes p, Floats dy, Floats x, int run, Floats statistics, Floats gamma,
            float eps, float[] means, Floats dx) {
        int s = p.statisticOf(run), n = p.inner();
        float rstd = PlaneNormalizationKernel.rstd(statistics, 3 * s, eps);
        for (int i = run * p.width(); i < (run + 1) * p.width(); i++) {
            inputGradient(dy.array(), dy.offset() + i * n, x.array(), x.offset() + i * n, n, statistics.get(3 * s),
                    statistics.get(3 * s + 1), rstd, PlaneNormalizationKernel.at(gamma, i % p.channels(), 1),
                    means[2 * s],
                    means[2 * s + 1], dx.array(), dx.offset() + i * n);
        }
    }

    /// sums[at] = sum of dy, sums[at + 1] = sum of dy xhat
    private static void sums(float[] dy, int dy0, float[] x, int x0, int n, float mean, float rest, float rstd,
            float[] sums, int at) {
        float[] lanes = RowMath.lanes();
        double sum = 0, dot = 0;
        int whole = F.loopBound(n);
        for (int from = 0; from < whole; from += RowMath.SPAN) {
            int to = Math.min(whole, from + RowMath.SPAN), i = from;
            FloatVector s0 = FloatVector.zero(F), s1 = s0, t0 = s0, t1 = s0;
            for (; i <= to - 2 * LANES; i += 2 * LANES) {
                FloatVector g0 = fromArray(F, dy, dy0 + i), g1 = fromArray(F, dy, dy0 + i + LANES);
                s0 = s0.add(g0);
                s1 = s1.add(g1);
                t0 = fromArray(F, x, x0 + i).sub(mean).sub(rest).fma(g0, t0);
                t1 = fromArray(F, x, x0 + i + LANES).sub(mean).sub(rest).fma(g1, t1);
            }
            for (; i < to; i += LANES) {
                FloatVector g = fromArray(F, dy, dy0 + i);
                s0 = s0.add(g);
                t0 = fromArray(F, x, x0 + i).sub(mean).sub(rest).fma(g, t0);
            }
            s0.add(s1).intoArray(lanes, 0);
            sum += RowMath.sum(lanes);
            t0.add(t1).intoArray(lanes, 0);
            dot += RowMath.sum(lanes);
        }
        for (int i = whole; i < n; i++) {
            sum += dy[dy0 + i];
            dot += (double) dy[dy0 + i] * ((x[x0 + i] - mean) - rest);
        }
        sums[at] = (float) sum;
        sums[at + 1] = (float) (dot * rstd);
    }

    /// dx = rstd * (dy * gamma - meanG - xhat * meanDot), as dy * a + (x - mean) * b + c
    private static void inputGradient(float[] dy, int dy0, float[] x, int x0, int n, float mean, float rest, float rstd,
            float gamma, float meanG, float meanDot, float[] dx, int dx0) {
        float a = rstd * gamma, b = -rstd * rstd * meanDot, c = -rstd * meanG;
        FloatVector as = FloatVector.broadcast(F, a), bs = FloatVector.broadcast(F, b),
                cs = FloatVector.broadcast(F, c);
        int i = 0;
        for (; i < F.loopBound(n); i += LANES) {
            FloatVector centered = fromArray(F, x, x0 + i).sub(mean).sub(rest);
            fromArray(F, dy, dy0 + i).fma(as, centered.fma(bs, cs)).intoArray(dx, dx0 + i);
        }
        for (; i < n; i++) {
            dx[dx0 + i] = Math.fma(dy[dy0 + i], a, Math.fma((x[x0 + i] - mean) - rest, b, c));
        }
    }

    /// Blocks of rows stand for the examples that [PlaneNormalizationKernel#means] sums over.
    private static void backwardOfFeatures(Planes p, Floats dy, Floats x, Floats statistics, boolean constant,
            Floats gamma, float eps, Floats dx, Floats dGamma, Floats dBeta) {
        int rows = p.batch(), n = p.channels(), blocks = Math.ceilDiv(rows, BLOCK);
        float[] k = EXPANDED.floats(5 * n);
        for (int c = 0; c < n; c++) {
            k[c] = statistics.get(3 * c);
            k[n + c] = statistics.get(3 * c + 1);
        }
        float[] sums = SUMS.floats(2 * blocks * n);
        Workers.split(blocks, Workers.grain(BLOCK * n), (from, to) -> {
            float[] shares = MOMENTS.floats(2 * n);
            for (int b = from; b < to; b++) {
                Arrays.fill(shares, 0, 2 * n, 0);
                for (int r = b * BLOCK; r < Math.min(rows, (b + 1) * BLOCK); r++) {
                    addShares(dy.array(), dy.offset() + r * n, x.array(), x.offset() + r * n, n, k, shares);
                }
                for (int c = 0; c < n; c++) {
                    sums[2 * (b * n + c)] = shares[c];
                    sums[2 * (b * n + c) + 1] = shares[n + c] * PlaneNormalizationKernel.rstd(statistics, 3 * c, eps);
                }
            }
        });
        PlaneNormalizationKernel.ofChannels(p, blocks, sums, dGamma, dBeta);
        float[] means = MEANS.floats(2 * n);
        for (int c = 0; c < n; c++) {
            PlaneNormalizationKernel.means(p, blocks, sums, constant, gamma, c, means);
            float rstd = PlaneNormalizationKernel.rstd(statistics, 3 * c, eps);
            k[2 * n + c] = rstd * PlaneNormalizationKernel.at(gamma, c, 1);
            k[3 * n + c] = -rstd * rstd * means[2 * c + 1];
            k[4 * n + c] = -rstd * means[2 * c];
        }
        Workers.split(rows, Workers.grain(n), (from, to) -> {
            for (int r = from; r < to; r++) {
                inputGradientOfRow(dy.array(), dy.offset() + r * n, x.array(), x.offset() + r * n, n, k, dx.array(),
                        dx.offset() + r * n);
            }
        });
    }

    /// shares[c] += dy, shares[n + c] += dy (x - mean)
    private static void addShares(float[] dy, int dy0, float[] x, int x0, int n, float[] k, float[] shares) {
        int i = 0;
        for (; i < F.loopBound(n); i += LANES) {
            FloatVector g = fromArray(F, dy, dy0 + i);
            g.add(fromArray(F, shares, i)).intoArray(shares, i);
            fromArray(F, x, x0 + i).sub(fromArray(F, k, i)).sub(fromArray(F, k, n + i))
                    .fma(g, fromArray(F, shares, n + i)).intoArray(shares, n + i);
        }
        for (; i < n; i++) {
            shares[i] += dy[dy0 + i];
            shares[n + i] = Math.fma((x[x0 + i] - k[i]) - k[n + i], dy[dy0 + i], shares[n + i]);
        }
    }

    private static void inputGradientOfRow(float[] dy, int dy0, float[] x, int x0, int n, float[] k, float[] dx,
            int dx0) {
        int i = 0;
        for (; i < F.loopBound(n); i += LANES) {
            FloatVector centered = fromArray(F, x, x0 + i).sub(fromArray(F, k, i)).sub(fromArray(F, k, n + i));
            FloatVector rest = centered.fma(fromArray(F, k, 3 * n + i), fromArray(F, k, 4 * n + i));
            fromArray(F, dy, dy0 + i).fma(fromArray(F, k, 2 * n + i), rest).intoArray(dx, dx0 + i);
        }
        for (; i < n; i++) {
            float centered = (x[x0 + i] - k[i]) - k[n + i];
            dx[dx0 + i] = Math.fma(dy[dy0 + i], k[2 * n + i], Math.fma(centered, k[3 * n + i], k[4 * n + i]));
        }
    }
}
