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

/// y = gamma * erf(alpha x + s) + beta, in place of a norm (Derf; Chen et al. 2025, arXiv 2512.10938).
///
/// Shapes: x (..., D), alpha and s (1), gamma and beta D.
///
/// @param alpha how steep, 0.5 at first
/// @param shift s, 0 at first
/// @param gamma gain, ones at first
/// @param beta bias, zeros at first
public record DynamicErf(Param alpha, Param shift, Param gamma, Param beta) implements Norm {
    /// First alpha if no other is given.
    public static final float ALPHA = 0.5f;

    /// For D features.
    public static DynamicErf of(int dim) {
        return new DynamicErf(Init.constant(ALPHA, 1), Init.constant(0, 1), Init.constant(1, dim),
                Init.constant(0, dim));
    }

    /// The same with another alpha at first.
    public DynamicErf withAlpha(float first) {
        return new DynamicErf(Init.constant(first, 1), shift, gamma, beta);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return DynamicCurve.of("DynamicErf", Form.ERF, x, alpha.value(), shift.value(), gamma.value(),
                beta.value());
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("alpha", alpha).add("shift", shift).add("gamma", gamma).add("beta", beta);
    }

    public static NormFactory factory(NormSpec spec) {
        float alpha = spec.number("alpha", ALPHA);
        return (_, dim) -> of(dim).withAlpha(alpha);
    }
}
