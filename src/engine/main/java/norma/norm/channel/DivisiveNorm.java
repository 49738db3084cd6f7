package norma.norm.channel;

import static norma.tensor.Axes.keepDims;

import norma.kernel.Window;
import norma.nn.AvgPool2d;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.tensor.Tensor;

/// Local contrast: each element less the mean of its neighbours, divided by their activity, a model of neurons in the visual
/// cortex (Heeger 1992; Ren et al. 2017, arXiv 1611.04520, who show that layer and batch norm are this with other
/// windows).
///
///     v = x - mean_W(x)    y = v / sqrt(sigma^2 + mean_W(v^2))
///
/// where mean_W is taken over the neighbours that exist. With a window over everything, 2 L - 1, it is a layer norm of
/// (N, D) with one axis, an instance norm of (N, C, H, W) with two, and a batch norm of (D, N).
///
/// Shapes: x (..., L) or (..., H, W), sigma (1).
///
/// @param sigma learned, 1 at first; where activity is lower than it, x changes little
/// @param window elements along an axis, the element itself in the middle: an odd number
/// @param axes how many of the last axes it spans, 1 or 2
public record DivisiveNorm(Param sigma, int window, int axes) implements Norm {

    /// Checks the window.
    public DivisiveNorm {
        if (window < 1 || window % 2 == 0 || axes < 1 || axes > 2) {
            throw new IllegalArgumentException(
                    "DivisiveNorm: the window must be odd, along 1 or 2 axes; got %d along %d".formatted(window, axes));
        }
    }

    /// For images (..., H, W).
    public static DivisiveNorm of(int window) {
        return new DivisiveNorm(Init.constant(1, 1), window, 2);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        if (x.shape().rank() < axes) {
            throw new IllegalArgumentException(
                    "DivisiveNorm: x must have the %d axes of its window; got %s".formatted(axes, x.shape()));
        }
        if (x.size() == 0) {
            return x;
        }
        int width = x.dim(-1), height = axes == 2 ? x.dim(-2) : 1;
        Tensor planes = x.reshape(1, x.size() / (height * width), height, width);
        // as a constant, so that nothing of small deviations is lost to a large mean
        Tensor shifted = planes.subtract(planes.detach().mean(keepDims(2, 3)));
        Tensor v = shifted.subtract(localMean(shifted));
        return v.divide(localMean(v.square()).add(sigma.value().square()).sqrt()).reshape(x.shape());
    }

    private Tensor localMean(Tensor planes) {
        Window across = Window.of(window).padding(window / 2);
        return new AvgPool2d(axes == 2 ? across : Window.of(1), across, false).forward(planes);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("sigma", sigma);
    }

    public static NormFactory factory(NormSpec spec) {
        int window = spec.integer("window", 3), axes = spec.integer("axes", 2);
        return (_, _) -> new DivisiveNorm(Init.constant(1, 1), window, axes);
    }
}
