package norma.kernel.contract;

import norma.kernel.Floats;
import norma.parallel.Workers;

/// What stands in place of a norm without statistics: y = gamma * f(alpha x + shift) + beta on the rows of x (rows,
/// columns), f a curve from -1 to 1. Infinities give its ends; a NaN stays where it is.
public interface PointwiseNormKernel {

    /// What each block of rows leaves.
    Scratch BLOCK_SUMS = new Scratch();

    /// The functions f.
    enum Form { TANH, ERF }

    /// x -> f(alpha x + shift), and in double what faster kernels are tested against.
    record Curve(Form form, float alpha, float shift) {

        /// With learned numbers, (1) each.
        ///
        /// @param shift may be null for 0
        public static Curve of(Form form, Floats alpha, Floats shift) {
            return new Curve(form, alpha.get(0), shift == null ? 0 : shift.get(0));
        }

        /// f(u), u = alpha x + shift
        double value(double x) {
            double u = alpha * x + shift;
            return switch (form) {
                case TANH -> Math.tanh(u);
                case ERF -> Functions.erf(u);
            };
        }

        /// f'(u) = 1 - tanh(u)^2 or 2 / sqrt(pi) exp(-u^2)
        double slope(double x) {
            double u = alpha * x + shift;
            return switch (form) {
                case TANH -> 1 - Math.tanh(u) * Math.tanh(u);
                case ERF -> 2 / Math.sqrt(Math.PI) * Math.exp(-u * u);
            };
        }
    }

    /// y = gamma * f(alpha x + shift) + beta; y may be x.
    ///
    /// @param alpha (1)
    /// @param shift (1) or null for 0
    /// @param gamma (columns) or null for 1
    /// @param beta (columns) or null for 0
    default void forward(Form form, Floats alpha, Floats shift, int rows, int columns, Floats x, Floats gamma,
            Floats beta, Floats y) {
        Curve f = Curve.of(form, alpha, shift);
        Workers.split(rows, Workers.grain(columns), (from, to) -> {
            for (int i = from * columns; i < to * columns; i++) {
                float value = (float) f.value(x.get(i));
                float scaled = gamma == null ? value : gamma.get(i % columns) * value;
                y.array()[y.offset() + i] = beta == null ? scaled : scaled + beta.get(i % columns);
            }
        });
    }

    /// With u = alpha x + shift and g = dy * gamma * f'(u): dx = alpha g; dAlpha = sum of g x; dShift = sum of g; dGamma =
    /// sum over rows of dy * f(u); dBeta = sum over rows of dy. All but dx (which may be dy) may be null; they are set, not
    /// added to.
    default void backward(Form form, Floats alpha, Floats shift, int rows, int columns, Floats dy, Floats x,
            Floats gamma, Floats dx, Floats dAlpha, Floats dShift, Floats dGamma, Floats dBeta) {
        Curve f = Curve.of(form, alpha, shift);
        int blocks = Math.ceilDiv(rows, NormalizationKernel.BLOCK), size = shares(columns);
        float[] partial = BLOCK_SUMS.floats(blocks * size);
        Workers.split(blocks, Workers.grain(NormalizationKernel.BLOCK * columns), (from, to) -> {
            for (int b = from; b < to; b++) {
                int first = b * NormalizationKernel.BLOCK, end = Math.min(rows, first + NormalizationKernel.BLOCK);
                backwardRows(f, first, end, columns, dy, x, gamma, dx, Floats.of(partial).slice(b * size, size));
            }
        });
        sumBlocks(partial, blocks, size, 0, dGamma);
        sumBlocks(partial, blocks, size, columns, dBeta);
        sumBlocks(partial, blocks, size, 2 * columns, dAlpha);
        sumBlocks(partial, blocks, size, 2 * columns + 1, dShift);
    }

    /// What a block of rows leaves: its shares of dGamma (columns), dBeta (columns), dAlpha and dShift.
    static int shares(int columns) {
        return 2 * columns + 2;
    }

    private static void backwardRows(Curve f, int from, int to, int columns, Floats dy, Floats x, Floats gamma,
            Floats dx, Floats shares) {
        float[] partial = shares.array();
        int p0 = shares.offset();
        double dAlpha = 0, dShift = 0;
        shares.fill(0);
        for (int i = from * columns; i < to * columns; i++) {
            int j = i % columns;
            float d = dy.get(i);
            partial[p0 + j] += d * (float) f.value(x.get(i));
            partial[p0 + columns + j] += d;
            float g = (gamma == null ? d : d * gamma.get(j)) * (float) f.slope(x.get(i));
            dAlpha += (double) g * x.get(i);
            dShift += g;
            dx.array()[dx.offset() + i] = f.alpha * g;
        }
        partial[p0 + 2 * columns] = (float) dAlpha;
        partial[p0 + 2 * columns + 1] = (float) dShift;
    }

    private static void sumBlocks(float[] partial, int blocks, int size, int at, Floats result) {
        for (int i = 0; result != null && i < result.length(); i++) {
            double sum = 0;
            for (int b = 0; b < blocks; b++) {
                sum += partial[b * size + at + i];
            }
            result.array()[result.offset() + i] = (float) sum;
        }
    }
}
