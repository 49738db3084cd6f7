package norma.norm.feature;

import static norma.tensor.Axes.keepDims;

import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// y = (tanh(x . beta) * alpha + gamma) * x / sqrt(mean(x^2) + eps): an RMS norm whose gain depends on the input, by how
/// much it points along beta (SeeDNorm; Cai et al. 2025, arXiv 2510.22777).
///
/// With H heads the dot product is taken for each of H equal runs of features, whose gains it moves: shorter sums keep tanh
/// from saturating.
///
/// Shapes: x (..., D), alpha, beta and gamma D.
///
/// @param alpha how far the gain moves, ones at first
/// @param beta direction in which it does, zeros at first
/// @param gamma gain, ones at first
/// @param heads H
/// @param eps added to the mean square
public record SeedNorm(Param alpha, Param beta, Param gamma, int heads, float eps) implements Norm {

    /// Checks that the heads divide the features.
    public SeedNorm {
        int dim = gamma.value().size();
        if (heads < 1 || dim % heads != 0) {
            throw new IllegalArgumentException(
                    "SeedNorm: the features must be a multiple of the heads; got %d and %d heads".formatted(dim,
                            heads));
        }
    }

    /// For D features, an RMS norm at first.
    public static SeedNorm of(int dim, int heads) {
        return new SeedNorm(Init.constant(1, dim), Init.constant(0, dim), Init.constant(1, dim), heads, RmsNorm.EPS);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Tensor xhat = RmsNorm.apply(x, gamma.shape(), eps);
        return xhat.multiply(similarity(x).multiply(alpha.value()).add(gamma.value()));
    }

    /// tanh(x . beta) of each head, repeated for its features.
    private Tensor similarity(Tensor x) {
        Shape split = x.shape().without(-1).append(heads, x.dim(-1) / heads);
        return x.multiply(beta.value()).reshape(split).sum(keepDims(-1)).tanh().expand(split).reshape(x.shape());
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("alpha", alpha).add("beta", beta).add("gamma", gamma);
    }

    public static NormFactory factory(NormSpec spec) {
        int heads = spec.integer("heads", 1);
        return (_, dim) -> of(dim, heads);
    }
}
