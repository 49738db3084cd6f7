package norma.norm.feature;

import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.axis.Moments;
import norma.norm.axis.RowLayout;
import norma.tensor.Tensor;

/// y = gamma * x / sqrt(var + eps) over the last axis: x is divided by its spread, by the unbiased variance, but keeps its
/// mean. (The library timm has it; no paper. For an x of mean 0 it is an RMS norm, but for n - 1 in place of n.)
///
/// Shapes: x (..., D), gamma D, at least two features.
///
/// @param gamma gain, ones at first
/// @param eps added to the variance
public record SimpleNorm(Param gamma, float eps) implements Norm {
    /// Epsilon if no other is given.
    public static final float EPS = 1e-6f;

    /// Checks that there is a variance.
    public SimpleNorm {
        if (gamma.value().size() < 2) {
            throw new IllegalArgumentException("SimpleNorm: one feature has no variance; got gamma " + gamma.shape());
        }
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        RowLayout rows = RowLayout.of("SimpleNorm", x, gamma.shape(), null, null);
        Tensor flat = x.reshape(rows.count(), rows.columns());
        Tensor xhat = flat.divide(Moments.of(flat, -1).unbiased().add(eps).sqrt());
        return RowLayout.affine(xhat, gamma.value(), null).reshape(x.shape());
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("gamma", gamma);
    }

    public static NormFactory factory(NormSpec spec) {
        float eps = spec.number("eps", EPS);
        return (_, dim) -> new SimpleNorm(Init.constant(1, dim), eps);
    }
}
