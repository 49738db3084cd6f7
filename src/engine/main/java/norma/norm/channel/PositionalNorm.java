package norma.norm.channel;

import norma.nn.Context;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.axis.ChannelAxis;
import norma.norm.axis.Moments;
import norma.tensor.Tensor;

/// y = (x - mean) / std over the channels of each position; mean and std, which hold the structure of the image, can be
/// given back further up in a network (Li et al. 2019, arXiv 1907.04312: moment shortcut).
///
/// Shapes: x (N, C, ...), mean and std (N, 1, ...).
///
/// @param eps added to the variance
public record PositionalNorm(float eps) implements Norm {
    /// Epsilon if no other is given.
    public static final float EPS = 1e-5f;

    /// The result and what was taken out of x.
    public record Result(Tensor y, Tensor mean, Tensor std) {
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return split(x).y();
    }

    /// The result with mean and standard deviation.
    public Result split(Tensor x) {
        ChannelAxis.planes("PositionalNorm", x);
        Moments own = Moments.of(x, 1);
        Tensor std = own.std(false, eps);
        return new Result(own.centered().divide(std), own.mean(), std);
    }

    public static NormFactory factory(NormSpec spec) {
        float eps = spec.number("eps", EPS);
        return (_, _) -> new PositionalNorm(eps);
    }
}
