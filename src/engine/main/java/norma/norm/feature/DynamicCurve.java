package norma.norm.feature;

import java.util.Locale;
import norma.backend.Backend;
import norma.kernel.contract.PointwiseNormKernel;
import norma.norm.axis.RowLayout;
import norma.tensor.Op;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// y = gamma * f(alpha x + shift) + beta with f = tanh or erf, as one operation: what [DynamicTanh] and [DynamicErf] share. It
/// keeps only x and computes the curve again in the backward pass.
///
/// Shapes: x (..., S), alpha and shift (1), gamma and beta S.
final class DynamicCurve {

    private DynamicCurve() {
    }

    /// y; shift, gamma and beta may be null.
    static Tensor of(String who, PointwiseNormKernel.Form form, Tensor x, Tensor alpha, Tensor shift, Tensor gamma,
            Tensor beta) {
        RowLayout rows = RowLayout.of(who, x, over(x, gamma, beta), gamma, beta);
        checkScalar(who, "alpha", alpha);
        checkScalar(who, "shift", shift);
        Fused op = new Fused(form, rows, x, alpha, shift, gamma, beta);
        Tensor y = Tensor.empty(x.shape());
        Backend.kernels().pointwiseNorm().forward(form, alpha.data(), RowLayout.floats(shift), rows.count(),
                rows.columns(), x.data(), RowLayout.floats(gamma), RowLayout.floats(beta), y.data());
        return Tape.record(op, y);
    }

    private static Shape over(Tensor x, Tensor gamma, Tensor beta) {
        int rank = x.shape().rank();
        return gamma != null ? gamma.shape()
                : beta != null ? beta.shape() : x.shape().slice(Math.max(0, rank - 1), rank);
    }

    private static void checkScalar(String who, String name, Tensor factor) {
        if (factor != null && factor.size() != 1) {
            throw new IllegalArgumentException("%s: %s must be one number for all features; got %s".formatted(who, name,
                    factor.shape()));
        }
    }

    /// With u = alpha x + shift and g = dy * gamma * f'(u): dx = alpha g, dAlpha = sum g x, dShift = sum g, dGamma = sum dy
    /// f(u), dBeta = sum dy; tanh' = 1 - tanh^2, erf' = 2 / sqrt(pi) exp(-u^2).
    record Fused(PointwiseNormKernel.Form form, RowLayout rows, Tensor x, Tensor alpha, Tensor shift, Tensor gamma,
            Tensor beta) implements Op.Fused {

        @Override
        public Tensor[] inputs() {
            return RowLayout.present(x, alpha, shift, gamma, beta);
        }

        @Override
        public Tensor[] backward(Tensor dy) {
            Tensor dx = Tensor.empty(x.shape()), dAlpha = RowLayout.emptyLike(alpha),
                    dShift = RowLayout.emptyLike(shift);
            Tensor dGamma = RowLayout.emptyLike(gamma), dBeta = RowLayout.emptyLike(beta);
            Backend.kernels().pointwiseNorm().backward(form, alpha.data(), RowLayout.floats(shift), rows.count(),
                    rows.columns(), dy.data(), x.data(), RowLayout.floats(gamma), dx.data(), dAlpha.data(),
                    RowLayout.floats(dShift), RowLayout.floats(dGamma), RowLayout.floats(dBeta));
            return RowLayout.present(dx, dAlpha, dShift, dGamma, dBeta);
        }

        @Override
        public Tensor definition() {
            Tensor steep = x.reshape(rows.count(), rows.columns()).multiply(alpha);
            Tensor u = shift == null ? steep : steep.add(shift);
            Tensor curve = switch (form) {
                case TANH -> u.tanh();
                case ERF -> u.erf();
            };
            return RowLayout.affine(curve, gamma, beta).reshape(x.shape());
        }

        @Override
        public String name() {
            return "dynamic " + form.name().toLowerCase(Locale.ROOT);
        }
    }
}
