package norma.norm.feature;

import norma.kernel.contract.PointwiseNormKernel.Form;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.tensor.Tensor;

/// y = gamma * tanh(alpha x) + beta, in place of a norm: no statistics at all (DyT; Zhu et al. 2025, arXiv 2503.10622).
///
/// Shapes: x (..., D), alpha (1), gamma and beta D. A later report (arXiv 2604.23434) finds that it helps only where data
/// is scarce.
///
/// @param alpha how steep, 0.5 at first
/// @param gamma gain, ones at first
/// @param beta bias, zeros at first
public record DynamicTanh(Param alpha, Param gamma, Param beta) implements Norm {
    /// First alpha if no other is given.
    public static final float ALPHA = 0.5f;

    /// For D features.
    public static DynamicTanh of(int dim) {
        return new DynamicTanh(Init.constant(ALPHA, 1), Init.constant(1, dim), Init.constant(0, dim));
    }

    /// The same with another alpha at first.
    public DynamicTanh withAlpha(float first) {
        return new DynamicTanh(Init.constant(first, 1), gamma, beta);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return DynamicCurve.of("DynamicTanh", Form.TANH, x, alpha.value(), null, gamma.value(),
                beta.value());
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("alpha", alpha).add("gamma", gamma).add("beta", beta);
    }

    public static NormFactory factory(NormSpec spec) {
        float alpha = spec.number("alpha", ALPHA);
        return (_, dim) -> of(dim).withAlpha(alpha);
    }
}
