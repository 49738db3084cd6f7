package norma.norm.channel;

import static norma.tensor.Axes.keepDims;

import norma.kernel.Planes;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.RunningStatistics;
import norma.norm.axis.ChannelAxis;
import norma.norm.axis.Moments;
import norma.norm.feature.RmsNorm;
import norma.tensor.Op;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// Normalizes each sample by the statistics of those before it, so that it needs no batch (Chiley et al. 2019, arXiv 1905.05894). For one
/// sample after the other, with d = x - mean,
///
///     z = d / sqrt(var + eps)
///     var = a var + (1 - a) (var(x) + a mean(d)^2)    mean = mean + (1 - a) mean(d)        a = alphaForward
///
/// where var(x) and mean(d) are taken over the positions of the sample.
///
/// **The backward pass is not the derivative**, which would reach back to the first sample, but a control process that keeps,
/// over time, gradients orthogonal to shifts (u) and scalings (v) of x. For one sample after the other, with g = dz,
///
///     g = g - (1 - b) v z    v = v + mean(g z)        b = alphaBackward
///     dx = g / sqrt(var + eps) - (1 - b) u    u = u + mean(dx)
///
/// Then y = guard(gamma * z + beta), where a guard bounds samples far from the statistics.
///
/// Shapes: x (N, C) or (N, C, ...), all else C. In evaluation the statistics do not change.
///
/// @param gamma gain, ones at first
/// @param beta bias, zeros at first
/// @param mean running mean, zeros at first
/// @param variance running variance, ones at first
/// @param u sum of the mean gradients, zeros at first
/// @param v sum of the mean products of gradient and z, zeros at first
/// @param alphaForward weight of the old in mean and variance
/// @param alphaBackward weight of the old in the control process
/// @param eps added to the variance
/// @param guard how the result is bounded
public record OnlineNorm(Param gamma, Param beta, Param mean, Param variance, Param u, Param v, float alphaForward,
        float alphaBackward, float eps, Guard guard) implements Norm {
    /// Epsilon and weights if no others are given, as the authors have them.
    public static final float EPS = 1e-5f;
    public static final float ALPHA_FORWARD = 0.999f;
    public static final float ALPHA_BACKWARD = 0.99f;

    private static final float BOUND = 5;

    /// How the result is bounded.
    public enum Guard {
        /// Nothing.
        NONE,
        /// Elements are clamped to +- 5.
        CLAMP,
        /// Layer scaling: each sample is divided by the root of its mean square.
        LAYER_SCALING
    }

    /// With gain and bias, clamped, as the authors have it.
    public static OnlineNorm of(int channels) {
        return of(channels, Guard.CLAMP);
    }

    /// With gain, bias and another guard.
    public static OnlineNorm of(int channels, Guard guard) {
        return new OnlineNorm(Init.constant(1, channels), Init.constant(0, channels),
                RunningStatistics.buffer(0, channels),
                RunningStatistics.buffer(1, channels), RunningStatistics.buffer(0, channels),
                RunningStatistics.buffer(0, channels), ALPHA_FORWARD, ALPHA_BACKWARD, EPS, guard);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        int channels = mean.value().size();
        Planes planes = ChannelAxis.planes("OnlineNorm", x, channels, channels, true);
        if (x.size() == 0) {
            return x;
        }
        Tensor z = Tape.isTraining()
                ? online(x.reshape(planes.batch(), channels, planes.inner())).reshape(x.shape())
                : ChannelAxis.normalize(x, planes, ChannelAxis.statistics(mean.value(), variance.value()), true, null,
                        null, eps);
        return guarded(ChannelAxis.affine(z, gamma.value(), beta.value()));
    }

    /// @param x (N, C, positions)
    private Tensor online(Tensor x) {
        Tensor[] z = new Tensor[x.dim(0)], scales = new Tensor[x.dim(0)];
        Tensor m = column(mean), s = column(variance);
        for (int t = 0; t < z.length; t++) {
            Tensor d = x.detach().slice(0, t, t + 1).subtract(m);
            scales[t] = s.add(eps).sqrt();
            z[t] = d.divide(scales[t]);
            Moments own = Moments.of(d, 2);
            Tensor spread = own.variance().add(own.mean().square().multiply(alphaForward));
            s = s.multiply(alphaForward).add(spread.multiply(1 - alphaForward));
            m = m.add(own.mean().multiply(1 - alphaForward));
        }
        mean.value().set(m);
        variance.value().set(s);
        Tensor all = Tensor.concat(0, z);
        return Tape.record(new Controlled(x, all, Tensor.concat(0, scales), u, v, alphaBackward), all);
    }

    /// A copy, (1, C, 1)
    private static Tensor column(Param param) {
        return param.value().copy().reshape(1, param.value().size(), 1);
    }

    /// z (N, C, positions) with the control process as its backward pass.
    record Controlled(Tensor x, Tensor z, Tensor scales, Param u, Param v, float alpha) implements Op {

        @Override
        public Tensor[] inputs() {
            return new Tensor[] {x};
        }

        @Override
        public Tensor[] backward(Tensor dz) {
            Tensor[] dx = new Tensor[x.dim(0)];
            Tensor shifts = column(u), scalings = column(v);
            for (int t = 0; t < dx.length; t++) {
                Tensor zt = z.slice(0, t, t + 1);
                Tensor g = dz.slice(0, t, t + 1).subtract(zt.multiply(scalings).multiply(1 - alpha));
                scalings = scalings.add(g.multiply(zt).mean(keepDims(2)));
                dx[t] = g.divide(scales.slice(0, t, t + 1)).subtract(shifts.multiply(1 - alpha));
                shifts = shifts.add(dx[t].mean(keepDims(2)));
            }
            u.value().set(shifts);
            v.value().set(scalings);
            return new Tensor[] {Tensor.concat(0, dx)};
        }

        @Override
        public String name() {
            return "online norm";
        }
    }

    private Tensor guarded(Tensor y) {
        return switch (guard) {
            case NONE -> y;
            case CLAMP -> y.minimum(BOUND).maximum(-BOUND);
            case LAYER_SCALING -> RmsNorm.apply(y, y.shape().slice(1, y.shape().rank()), eps);
        };
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("gamma", gamma).add("beta", beta).add("mean", mean).add("var", variance).add("u", u).add("v", v);
    }

    public static NormFactory factory(NormSpec spec) {
        Guard guard = spec.choice("guard", Guard.CLAMP);
        return (_, channels) -> of(channels, guard);
    }
}
