package norma.kernel.contract;

import norma.kernel.Floats;
import norma.parallel.Workers;

/// Normalization across the channels of each position of x (images, channels, positions), read where it lies: what
/// [NormalizationKernel] does to the rows of a transposed x. With xhat = (x - mean) * rstd; uncentered kernels have mean = 0.
public interface PositionNormalizationKernel {

    /// @param centered whether the mean is taken off
    record Sizes(boolean centered, int images, int channels, int positions) {
        /// Positions of an image whose shares of dGamma and dBeta are summed one after the other.
        public static final int BLOCK = 1024;

        /// Blocks of an image.
        public int blocks() {
            return Math.ceilDiv(positions, BLOCK);
        }

        /// Where the first element of position p of an image stands.
        public int index(int image, int p) {
            return image * channels * positions + p;
        }
    }

    /// The channels of a position and their moments, and what each block of positions leaves.
    Scratch POSITION = new Scratch();
    Scratch POSITION_MOMENTS = new Scratch();
    Scratch BLOCK_SUMS = new Scratch();

    /// Does the positions `[from, to)` of an image, a part of block `block` of all.
    interface Part {
        /// Runs on the current thread.
        void run(int block, int image, int from, int to);
    }

    /// y = gamma * xhat + beta, rstd = 1 / sqrt(var + eps); y may be x.
    ///
    /// @param gamma (channels) or null for 1
    /// @param beta (channels) or null for 0
    /// @param statistics (images, 3, positions), written: mean rounded to float, what the rounding left, rstd
    default void forward(Sizes s, Floats x, Floats gamma, Floats beta, float eps, Floats y, Floats statistics) {
        split(s, (_, image, from, to) -> {
            float[] column = POSITION.floats(s.channels), moments = POSITION_MOMENTS.floats(3);
            for (int p = from; p < to; p++) {
                int x0 = x.offset() + s.index(image, p), y0 = y.offset() + s.index(image, p);
                for (int c = 0; c < s.channels; c++) {
                    column[c] = x.array()[x0 + c * s.positions];
                }
                moments(s.centered, column, s.channels, eps, moments);
                for (int c = 0; c < s.channels; c++) {
                    float xhat = ((column[c] - moments[0]) - moments[1]) * moments[2];
                    float scaled = gamma == null ? xhat : gamma.get(c) * xhat;
                    y.array()[y0 + c * s.positions] = beta == null ? scaled : scaled + beta.get(c);
                }
                for (int k = 0; k < 3; k++) {
                    statistics.array()[statistics.offset() + (3 * image + k) * s.positions + p] = moments[k];
                }
            }
        });
    }

    /// With g = dy * gamma: dx = rstd * (g - mean(g) - xhat * mean(g * xhat)), without mean(g) if not centered; dGamma = sum
    /// over images and positions of dy * xhat; dBeta = sum of dy. `dGamma` and `dBeta` are set, not added to, and may be
    /// null. dx may be dy.
    default void backward(Sizes s, Floats dy, Floats x, Floats gamma, Floats statistics, Floats dx, Floats dGamma,
            Floats dBeta) {
        int size = 2 * s.channels, blocks = s.images * s.blocks();
        float[] shares = BLOCK_SUMS.floats(blocks * size);
        split(s, (block, image, from, to) -> {
            Floats.of(shares).slice(block * size, size).fill(0);
            for (int p = from; p < to; p++) {
                backward(s, s.index(image, p), statistics.offset() + 3 * image * s.positions + p, dy, x, gamma,
                        statistics.array(), dx, shares, block * size);
            }
        });
        for (int i = 0; i < size; i++) {
            double sum = 0;
            for (int b = 0; b < blocks; b++) {
                sum += shares[b * size + i];
            }
            Floats result = i < s.channels ? dGamma : dBeta;
            if (result != null) {
                result.array()[result.offset() + i % s.channels] = (float) sum;
            }
        }
    }

    /// One position, whose elements begin at `first`, and its statistics at s0.
    private static void backward(Sizes s, int first, int s0, Floats dy, Floats x, Floats gamma, float[] statistics,
            Floats dx, float[] shares, int at) {
        int n = s.channels, step = s.positions;
        float mean = statistics[s0], rest = statistics[s0 + step], rstd = statistics[s0 + 2 * step];
        double sum = 0, dot = 0;
        for (int c = 0; c < n; c++) {
            float xhat = ((x.get(first + c * step) - mean) - rest) * rstd, d = dy.get(first + c * step);
            float g = gamma == null ? d : d * gamma.get(c);
            shares[at + c] += d * xhat;
            shares[at + n + c] += d;
            sum += g;
            dot += (double) g * xhat;
        }
        float meanG = s.centered ? (float) (sum / n) : 0, meanDot = (float) (dot / n);
        for (int c = 0; c < n; c++) {
            int i = first + c * step;
            float xhat = ((x.get(i) - mean) - rest) * rstd, g = gamma == null ? dy.get(i) : dy.get(i) * gamma.get(c);
            dx.array()[dx.offset() + i] = rstd * (g - meanG - xhat * meanDot);
        }
    }

    /// Shares out the blocks of all images.
    static void split(Sizes s, Part part) {
        int blocks = s.blocks();
        Workers.split(s.images * blocks, Workers.grain(Math.min(s.positions, Sizes.BLOCK) * s.channels), (from, to) -> {
            for (int b = from; b < to; b++) {
                int first = b % blocks * Sizes.BLOCK;
                part.run(b, b / blocks, first, Math.min(s.positions, first + Sizes.BLOCK));
            }
        });
    }

    /// Writes mean, rest and rstd of one position, taken in double.
    static void moments(boolean centered, float[] column, int channels, float eps, float[] moments) {
        if (centered) {
            NormalizationKernel.moments(column, 0, channels, eps, moments, 0);
        } else {
            moments[0] = moments[1] = 0;
            moments[2] = NormalizationKernel.scaleOf(column, 0, channels, eps);
        }
    }
}
