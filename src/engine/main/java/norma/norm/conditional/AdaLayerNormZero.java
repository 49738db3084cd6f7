package norma.norm.conditional;

import java.util.List;
import norma.kernel.Activation;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.Param;
import norma.nn.Parts;
import norma.norm.ConditionalNorm;
import norma.norm.Factory;
import norma.norm.GoldenCase;
import norma.norm.Identity;
import norma.norm.NormSpec;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// y = x + gate * f((1 + scale) * (x - mean) / sqrt(var + eps) + shift): a branch whose norm and gate come from a condition,
/// (shift, scale, gate) = W silu(c) + b with W = b = 0 at first, so that the branch begins as the identity (adaLN-Zero; Peebles
/// & Xie 2022, arXiv 2212.09748).
///
/// A block of a diffusion Transformer is two of them, attention and feed-forward layer; its single layer of 6 D outputs is both
/// modulations one after the other.
///
/// Shapes: x (B, ..., D), c (B, K), shift, scale and gate (B, D).
///
/// @param f the branch
/// @param modulation silu(c) to shift, scale and gate, one after the other: (B, K) to (B, 3 D)
/// @param eps added to the variance
public record AdaLayerNormZero(Layer f, Linear modulation, float eps) implements ConditionalNorm {

    /// How the modulation's parts follow each other, as in the authors' code.
    private static final List<String> ORDER = List.of("shift", "scale", "gate");

    /// Around a branch of D features, with K of the condition.
    public static AdaLayerNormZero of(Init init, Layer f, int dim, int features) {
        return new AdaLayerNormZero(f, AdaLayerNorm.zeros(init, features, 3 * dim), AdaLayerNorm.EPS);
    }

    @Override
    public Tensor forward(Tensor x, Tensor c) {
        return forward(x, c, Context.NONE);
    }

    /// x after the branch.
    public Tensor forward(Tensor x, Tensor c, Context context) {
        Tensor[] parts = AdaLayerNorm.modulate(modulation, c, 3);
        Tensor branch = f.forward(AdaLayerNorm.normalize(x, parts[0], parts[1], eps), context);
        return x.add(branch.multiply(AdaLayerNorm.along(parts[2], x)));
    }

    @Override
    public Tensor example(Init init, Shape x) {
        return init.normal("condition", 1, x.dim(0), modulation.weight().shape().dim(1)).value().detach();
    }

    @Override
    public void list(Parts parts) {
        parts.add("f", f).add("modulation", modulation);
    }

    public static Factory<ConditionalNorm> factory(NormSpec spec) {
        int features = spec.integer("features", 4);
        return (init, dim) -> of(init, new Identity(), dim, features);
    }

    public static void golden(GoldenCase c) {
        record Branch(Linear a) implements Layer {
            @Override
            public Tensor forward(Tensor x, Context context) {
                return a.forward(x, context).tanh();
            }

            @Override
            public void list(Parts parts) {
                parts.add("a", a);
            }
        }
        List<String> order = c.texts("order", ORDER);
        if (!order.containsAll(ORDER)) {
            throw new GoldenCase.Unsupported("config: order must name " + ORDER);
        }
        var norm = new AdaLayerNormZero(new Branch(c.linear("A", "a")),
                new Linear(ordered(c, "W", order), ordered(c, "b", order), Activation.IDENTITY),
                c.number("eps", AdaLayerNorm.EPS));
        c.output("y", norm.forward(c.input("x"), c.input("c"), Context.NONE));
    }

    /// The modulation's parts of a case, in our order.
    private static Param ordered(GoldenCase c, String tensor, List<String> order) {
        Tensor all = c.input(tensor);
        int dim = all.dim(0) / ORDER.size();
        return new Param(Tensor.concat(0, ORDER.stream().mapToInt(order::indexOf)
                .mapToObj(at -> all.slice(0, at * dim, (at + 1) * dim)).toArray(Tensor[]::new)), Param.Role.WEIGHT);
    }
}
