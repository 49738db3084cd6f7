package norma.norm.channel;

import static norma.tensor.Axes.keepDims;

import java.util.Optional;
import norma.kernel.Planes;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.axis.ChannelAxis;
import norma.norm.feature.RmsNorm;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Divides each plane by its quadratic mean and applies a learned threshold (TLU), a nonlinearity made for it; nothing is taken
/// over the batch (Singh & Krishnan 2019, arXiv 1911.09737):
///
///     y = max(gamma * x / sqrt(mean(x^2) + eps + |l|) + beta, tau)
///
/// Where y is the threshold, its gradient is tau's. x is not centered, so the learning rate needs a warm-up.
///
/// Shapes: x (N, C, ...), gamma, beta and tau C, l (1).
///
/// @param gamma gain, ones at first
/// @param beta bias, zeros at first
/// @param tau threshold, zeros at first, if it has one
/// @param l learned epsilon for planes of one element, 1e-4 at first, if it has one
/// @param eps added to the mean square
public record FilterResponseNorm(Param gamma, Param beta, Optional<Param> tau, Optional<Param> l, float eps)
        implements Norm {
    /// Epsilon of the paper.
    public static final float EPS = 1e-6f;

    /// With a threshold and without a learned epsilon.
    public static FilterResponseNorm of(int channels) {
        return new FilterResponseNorm(Init.constant(1, channels), Init.constant(0, channels),
                Optional.of(Init.constant(0, channels)), Optional.empty(), EPS);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Planes planes = ChannelAxis.planes("FilterResponseNorm", x, gamma.value().size(), 1, false);
        Tensor rows = x.reshape(planes.batch() * planes.channels(), planes.inner());
        Tensor xhat = l.map(
                learned -> rows.divide(rows.square().mean(keepDims(-1)).add(eps).add(learned.value().abs()).sqrt()))
                .orElseGet(() -> RmsNorm.apply(rows, Shape.of(planes.inner()), eps));
        Tensor y = ChannelAxis.affine(xhat.reshape(x.shape()), gamma.value(), beta.value());
        return tau.map(least -> threshold(y, ChannelAxis.along(least.value(), y))).orElse(y);
    }

    /// The maximum, but with the gradient to tau alone where both are equal. NaN stays NaN.
    private static Tensor threshold(Tensor y, Tensor tau) {
        return tau.greaterOrEqual(y).where(tau, y);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("gamma", gamma).add("beta", beta).add("tau", tau).add("eps_l", l);
    }

    public static NormFactory factory(NormSpec spec) {
        boolean threshold = spec.flag("threshold", true), learnedEps = spec.flag("learned_eps", false);
        return (_, channels) -> new FilterResponseNorm(Init.constant(1, channels), Init.constant(0, channels),
                threshold ? Optional.of(Init.constant(0, channels)) : Optional.empty(),
                learnedEps ? Optional.of(Init.constant(1e-4f, 1)) : Optional.empty(), EPS);
    }
}
