package norma.norm.weight;

import norma.kernel.Planes;
import norma.nn.Conv2d;
import norma.nn.Init;
import norma.nn.Linear;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Reparametrization;
import norma.nn.Weight;
import norma.norm.NormSpec;
import norma.norm.axis.ChannelAxis;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// W = g * v / ||v||: length and direction of a weight are learned apart (Salimans & Kingma 2016, arXiv 1602.07868).
///
/// Lengths are taken over the axes along which g is repeated. Shapes: v and W (O, ...); g (O, 1, ...) for a length of each
/// output, (1) or () for one of the whole weight.
///
/// With dW the gradient of W: dg = sum(dW v) / ||v||, dv = g / ||v|| (dW - v dg / ||v||). dv is orthogonal to v, so v
/// grows with each step of gradient descent, and the steps of its direction shrink. Where v = 0, W is NaN, unless eps is given.
///
/// @param raw v
/// @param gain g
/// @param eps least length of v, or 0
public record WeightNorm(Weight raw, Param gain, float eps) implements Reparametrization {

    /// Checks that the gains can be repeated to the weight.
    public WeightNorm {
        requireGains("WeightNorm", raw, gain);
    }

    /// Without a least length.
    public WeightNorm(Weight raw, Param gain) {
        this(raw, gain, 0);
    }

    /// A length for each output; W = v at first.
    public static WeightNorm of(Weight raw) {
        return of(raw, perOutput(raw.shape()));
    }

    /// A length for each place along an axis, 1 for each input of a linear layer; W = v at first.
    public static WeightNorm along(Weight raw, int axis) {
        return of(raw, along(raw.shape(), axis));
    }

    /// One length for the whole weight; W = v at first.
    public static WeightNorm whole(Weight raw) {
        return of(raw, Shape.SCALAR);
    }

    private static WeightNorm of(Weight raw, Shape gains) {
        return new WeightNorm(raw, Param.noDecay(length(raw.value().detach(), gains, 0).copy()));
    }

    /// The same with a least length of v.
    public WeightNorm clamped(float least) {
        return new WeightNorm(raw, gain, least);
    }

    @Override
    public Tensor value() {
        return scaled(raw.value(), gain.value(), eps);
    }

    /// g v / max(||v||, eps)
    static Tensor scaled(Tensor v, Tensor g, float eps) {
        return v.multiply(g.divide(length(v, g.shape(), eps)));
    }

    private static Tensor length(Tensor v, Shape gains, float eps) {
        Tensor square = v.square().reduceTo(gains);
        return (eps == 0 ? square : square.maximum(eps * eps)).sqrt();
    }

    /// (O, 1, ...) for a weight (O, ...)
    static Shape perOutput(Shape weight) {
        return along(weight, 0);
    }

    private static Shape along(Shape weight, int axis) {
        return Shape.ones(weight.rank()).with(axis, weight.dim(axis));
    }

    static void requireGains(String who, Weight raw, Param gain) {
        if (!Shape.broadcast(who, raw.shape(), gain.shape()).equals(raw.shape())) {
            throw new IllegalArgumentException(
                    "%s: each axis of the gains must have the size of the weight %s or 1; got %s"
                            .formatted(who, raw.shape(), gain.shape()));
        }
    }

    // ---- Data-dependent first values ----

    /// The layer with a weight norm whose gains and biases are such that on the batch x each output has mean 0 and variance 1
    /// before the activation, as the paper has it.
    public static Linear fitted(Linear layer, Tensor x) {
        Tensor t = Linear.of(unit(layer.weight())).forward(x);
        Fit fit = Fit.of(layer.weight(), t.reshape(t.shape().rows(), t.dim(-1)));
        return layer.with(fit.weight()).withBias(fit.bias());
    }

    /// The same for a convolution.
    public static Conv2d fitted(Conv2d layer, Tensor x) {
        Fit fit = Fit.of(layer.weight(), layer.withoutBias().with(unit(layer.weight())).forward(x));
        return layer.with(fit.weight()).withBias(fit.bias());
    }

    private static WeightNorm unit(Weight raw) {
        return new WeightNorm(raw, Init.constant(1, perOutput(raw.shape()).toArray()));
    }

    private record Fit(WeightNorm weight, Param bias) {

        /// With t = x v / ||v||, channels on axis 1: g = 1 / std(t), b = -mean(t) / std(t).
        static Fit of(Weight raw, Tensor t) {
            int outputs = t.dim(1);
            Planes planes = ChannelAxis.planes("WeightNorm", t, outputs, outputs, true);
            ChannelAxis.requireSeveral("WeightNorm", t, planes);
            Tensor statistics = ChannelAxis.moments(t, planes);
            Tensor rstd = statistics.slice(1, 2, 3).sqrt().reciprocal();
            if (rstd.max().item() == Float.POSITIVE_INFINITY) {
                throw new IllegalArgumentException(
                        "WeightNorm: on the batch each output must vary; got one of the same value "
                                + "everywhere in outputs " + t.shape() + "; use a larger batch, or v other than 0");
            }
            Tensor mean = statistics.slice(1, 0, 1).add(statistics.slice(1, 1, 2));
            return new Fit(new WeightNorm(raw, Param.noDecay(rstd.reshape(perOutput(raw.shape())).copy())),
                    Param.noDecay(mean.multiply(rstd).negate().reshape(outputs).copy()));
        }
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("raw", raw).add("gain", gain);
    }

    private enum Along { OUTPUTS, INPUTS, NOTHING }

    public static WeightFactory factory(NormSpec spec) {
        Along along = spec.choice("along", Along.OUTPUTS);
        float eps = spec.number("eps", 0);
        return (_, raw) -> switch (along) {
            case OUTPUTS -> of(raw).clamped(eps);
            case INPUTS -> along(raw, 1).clamped(eps);
            case NOTHING -> whole(raw).clamped(eps);
        };
    }
}
