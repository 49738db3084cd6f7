package norma.norm.axis;

import static norma.tensor.Axes.keepDims;

import norma.kernel.Floats;
import norma.tensor.Op;
import norma.tensor.Tensor;

/// A norm as one operation on the tape: its inputs are x and the gain and bias that the norm has.
public interface NormOp extends Op.Fused {

    /// What is normalized.
    Tensor x();

    /// The gain, or null.
    Tensor gamma();

    /// The bias, or null.
    Tensor beta();

    /// Writes the gradients; those of a gain or bias that the norm lacks are null.
    void backward(Floats dy, Floats dx, Floats dGamma, Floats dBeta);

    /// The definition of xhat: x / sqrt(mean(x^2) + eps) over some axes, of x - mean if it is centered.
    static Tensor normalized(Tensor x, boolean centered, float eps, int... axes) {
        if (centered) {
            Moments moments = Moments.of(x, axes);
            return moments.centered().divide(moments.std(false, eps));
        }
        return x.divide(x.square().mean(keepDims(axes)).add(eps).sqrt());
    }

    @Override
    default Tensor[] inputs() {
        return RowLayout.present(x(), gamma(), beta());
    }

    @Override
    default Tensor[] backward(Tensor dy) {
        Tensor dx = Tensor.empty(x().shape());
        Tensor dGamma = RowLayout.emptyLike(gamma()), dBeta = RowLayout.emptyLike(beta());
        backward(dy.data(), dx.data(), RowLayout.floats(dGamma), RowLayout.floats(dBeta));
        return RowLayout.present(dx, dGamma, dBeta);
    }
}
