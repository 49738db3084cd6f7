package norma.norm.conditional;

import norma.nn.Context;
import norma.nn.Identity;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.ParameterTree;
import norma.norm.ConditionalNorm;
import norma.norm.Factory;
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
/// @param modulation silu(c) to shift, scale and gate, one after the other as in the authors' code: (B, K) to (B, 3 D)
/// @param eps added to the variance
public record AdaLayerNormZero(Layer f, Linear modulation, float eps) implements ConditionalNorm {

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
        Tensor branch = f.forward(AdaLayerNorm.apply(x, parts[0], parts[1], eps), context);
        return x.add(branch.multiply(AdaLayerNorm.along("AdaLayerNormZero", parts[2], x)));
    }

    @Override
    public Shape conditionShape(Shape x) {
        return Shape.of(x.dim(0), modulation.weight().shape().dim(1));
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("f", f).add("modulation", modulation);
    }

    public static Factory<ConditionalNorm> factory(NormSpec spec) {
        int features = spec.integer("features", 4);
        return (init, dim) -> of(init, new Identity(), dim, features);
    }
}
