package norma.norm.feature;

import norma.backend.Backend;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.Parts;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.axis.RowLayout;
import norma.tensor.Op;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// y = gamma * (x - mean) / sqrt(var + eps) + beta over the last axes (Ba, Kiros & Hinton 2016, arXiv 1607.06450).
///
/// Shapes: x (..., S), gamma and beta S, where S is one axis or several; the variance divides by their size.
/// With one feature y = beta; a row without variance gives beta too.
///
/// @param shape S
/// @param gamma gain, ones at first, or null
/// @param beta bias, zeros at first, or null
/// @param eps added to the variance
public record LayerNorm(Shape shape, Param gamma, Param beta, float eps) implements Norm {
    /// Epsilon if no other is given, as in PyTorch.
    public static final float EPS = 1e-5f;

    /// Over the last axis, with gain and bias.
    public static LayerNorm of(int dim) {
        return of(EPS, dim);
    }

    /// Over the given last axes, with gain and bias.
    public static LayerNorm of(float eps, int... dims) {
        return new LayerNorm(Shape.of(dims), Init.constant(1, dims), Init.constant(0, dims), eps);
    }

    /// Over the last axis, without gain and bias.
    public static LayerNorm plain(int dim, float eps) {
        return new LayerNorm(Shape.of(dim), null, null, eps);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return layerNorm(x, shape, Param.valueOf(gamma), Param.valueOf(beta), eps);
    }

    /// The norm as a function; gamma and beta may be null.
    public static Tensor layerNorm(Tensor x, Shape shape, Tensor gamma, Tensor beta, float eps) {
        RowLayout rows = RowLayout.of("LayerNorm", x, shape, gamma, beta);
        Tensor y = Tensor.empty(x.shape());
        Tensor statistics = Tensor.empty(Shape.of(rows.count(), 3));
        Backend.kernels().normalization().centered(rows.count(), rows.columns(), x.data(), RowLayout.floats(gamma),
                RowLayout.floats(beta), eps, y.data(), statistics.data());
        return Tape.record(new Fused(x, gamma, beta, shape, eps, statistics), y);
    }

    /// With g = dy * gamma: dx = rstd (g - mean(g) - xhat mean(g xhat)), dGamma = sum dy xhat, dBeta = sum dy.
    record Fused(Tensor x, Tensor gamma, Tensor beta, Shape shape, float eps, Tensor statistics) implements Op.Fused {

        @Override
        public Tensor[] inputs() {
            return RowLayout.present(x, gamma, beta);
        }

        @Override
        public Tensor[] backward(Tensor dy) {
            Tensor dx = Tensor.empty(x.shape());
            Tensor dGamma = RowLayout.emptyLike(gamma);
            Tensor dBeta = RowLayout.emptyLike(beta);
            Backend.kernels().normalization().centeredBackward(statistics.dim(0), shape.size(), dy.data(), x.data(),
                    RowLayout.floats(gamma), statistics.data(), dx.data(), RowLayout.floats(dGamma),
                    RowLayout.floats(dBeta));
            return RowLayout.present(dx, dGamma, dBeta);
        }

        @Override
        public Tensor composed() {
            Tensor rows = x.reshape(statistics.dim(0), shape.size());
            Tensor centred = rows.subtract(rows.mean(-1));
            Tensor xhat = centred.divide(centred.square().mean(-1).add(eps).sqrt());
            return RowLayout.affine(xhat, gamma, beta).reshape(x.shape());
        }

        @Override
        public String name() {
            return "layer norm";
        }
    }

    @Override
    public void list(Parts parts) {
        parts.add("gamma", gamma).add("beta", beta);
    }

    public static NormFactory factory(NormSpec spec) {
        float eps = spec.number("eps", EPS);
        boolean bias = spec.flag("bias", true);
        return (_, dim) -> bias ? of(eps, dim) : new LayerNorm(Shape.of(dim), Init.constant(1, dim), null, eps);
    }
}
