package norma.nn;

import norma.kernel.contract.Functions;
import norma.tensor.Tensor;

/// Dropout that keeps mean 0 and variance 1: in training each element becomes, with probability `rate`, the lowest value
/// d = -lambda alpha of SELU instead of 0; then all are brought back by an affine map (Klambauer et al. 2017, arXiv
/// 1706.02515, section 3).
///
///     y = a (x or d) + b        a = 1 / sqrt(q (1 + rate d^2))    b = -a rate d    q = 1 - rate
///
/// Elsewhere it is the identity.
///
/// @param rate probability of dropping, in [0, 1)
public record AlphaDropout(float rate) implements Layer {
    private static final double LOWEST = -Functions.SELU_LAMBDA * Functions.SELU_ALPHA;

    /// Checks the rate.
    public AlphaDropout {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException("AlphaDropout: rate must lie in [0, 1); got " + rate);
        }
    }

    /// With m in {0, 1}, dropout gives m (x - d) / q, and x or d is m (x - d) + d.
    @Override
    public Tensor forward(Tensor x, Context context) {
        Tensor above = x.subtract((float) LOWEST), kept = new Dropout(rate).forward(above, context);
        if (kept == above) {
            return x;
        }
        double q = 1.0 - rate, a = 1 / Math.sqrt(q * (1 + rate * LOWEST * LOWEST));
        return kept.multiply((float) (a * q)).add((float) (a * LOWEST * q));
    }

    @Override
    public void list(Parts parts) {
        // nothing is learned
    }
}
