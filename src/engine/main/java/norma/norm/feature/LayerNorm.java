package norma.norm.feature;

import java.util.Optional;
import norma.backend.Backend;
import norma.kernel.Floats;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.axis.NormOp;
import norma.norm.axis.RowLayout;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// y = gamma * (x - mean) / sqrt(var + eps) + beta over the last axes (Ba, Kiros & Hinton 2016, arXiv 1607.06450).
///
/// Shapes: x (..., S), gamma and beta S, where S is one axis or several; the variance divides by their size.
/// With one feature y = beta; a row without variance gives beta too.
///
/// @param shape S
/// @param gamma gain, ones at first, if it has one
/// @param beta bias, zeros at first, if it has one
/// @param eps added to the variance
public record LayerNorm(Shape shape, Optional<Param> gamma, Optional<Param> beta, float eps) implements Norm {
    /// Epsilon if no other is given, as in PyTorch.
    public static final float EPS = 1e-5f;

    /// Over the given last axes, with gain and bias.
    public static LayerNorm of(int... dims) {
        return of(Init.constant(1, dims), Init.constant(0, dims));
    }

    /// Over the axes of the given gain and bias.
    public static LayerNorm of(Param gamma, Param beta) {
        return new LayerNorm(gamma.shape(), Optional.of(gamma), Optional.of(beta), EPS);
    }

    /// Over the given last axes, without gain and bias.
    public static LayerNorm plain(int... dims) {
        return new LayerNorm(Shape.of(dims), Optional.empty(), Optional.empty(), EPS);
    }

    /// The same with another epsilon.
    public LayerNorm withEps(float other) {
        return new LayerNorm(shape, gamma, beta, other);
    }

    /// The same without bias.
    public LayerNorm withoutBias() {
        return new LayerNorm(shape, gamma, Optional.empty(), eps);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return normalize(x, shape, RowLayout.valueOf(gamma), RowLayout.valueOf(beta), eps);
    }

    /// The norm over the axes of gamma and beta.
    public static Tensor apply(Tensor x, Tensor gamma, Tensor beta, float eps) {
        return normalize(x, gamma.shape(), gamma, beta, eps);
    }

    /// The norm over the last axes S without gain and bias.
    public static Tensor apply(Tensor x, Shape shape, float eps) {
        return normalize(x, shape, null, null, eps);
    }

    /// gamma and beta may be null.
    static Tensor normalize(Tensor x, Shape shape, Tensor gamma, Tensor beta, float eps) {
        RowLayout rows = RowLayout.of("LayerNorm", x, shape, gamma, beta);
        Tensor y = Tensor.empty(x.shape());
        Tensor statistics = Tensor.empty(Shape.of(rows.count(), 3));
        Backend.kernels().normalization().centered(rows.count(), rows.columns(), x.data(), RowLayout.floats(gamma),
                RowLayout.floats(beta), eps, y.data(), statistics.data());
        return Tape.record(new Fused(x, gamma, beta, shape, eps, statistics), y);
    }

    /// With g = dy * gamma: dx = rstd (g - mean(g) - xhat mean(g xhat)), dGamma = sum dy xhat, dBeta = sum dy.
    record Fused(Tensor x, Tensor gamma, Tensor beta, Shape shape, float eps, Tensor statistics) implements NormOp {

        @Override
        public void backward(Floats dy, Floats dx, Floats dGamma, Floats dBeta) {
            Backend.kernels().normalization().centeredBackward(statistics.dim(0), shape.size(), dy, x.data(),
                    RowLayout.floats(gamma), statistics.data(), dx, dGamma, dBeta);
        }

        @Override
        public Tensor definition() {
            Tensor rows = x.reshape(statistics.dim(0), shape.size());
            return RowLayout.affine(NormOp.normalized(rows, true, eps, -1), gamma, beta).reshape(x.shape());
        }

        @Override
        public String name() {
            return "layer norm";
        }
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("gamma", gamma).add("beta", beta);
    }

    public static NormFactory factory(NormSpec spec) {
        float eps = spec.number("eps", EPS);
        boolean bias = spec.flag("bias", true);
        return (_, dim) -> bias ? of(dim).withEps(eps) : of(dim).withoutBias().withEps(eps);
    }
}
