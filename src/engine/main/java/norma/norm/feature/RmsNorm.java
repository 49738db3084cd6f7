package norma.norm.feature;

import static norma.tensor.Axes.keepDims;

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

/// y = gamma * x / sqrt(mean(x^2) + eps) over the last axes (Zhang & Sennrich 2019, arXiv 1910.07467).
///
/// Shapes: x (..., S), gamma S. A row of zeros gives zeros. LLaMA and Gemma differ in whether xhat is rounded to half precision
/// before or after the gain; all is float32 here, so there is no such choice.
///
/// @param shape S
/// @param gamma gain, if it has one
/// @param eps where the root must not vanish
/// @param form which of the published forms
public record RmsNorm(Shape shape, Optional<Param> gamma, float eps, Form form) implements Norm {
    /// Epsilon if no other is given, as in LLaMA.
    public static final float EPS = 1e-6f;

    /// The published forms.
    public enum Form {
        /// gamma x / sqrt(mean(x^2) + eps), gamma ones at first
        GAIN,
        /// (1 + gamma) x / sqrt(mean(x^2) + eps), gamma zeros at first (Gemma)
        UNIT_OFFSET,
        /// gamma x / (sqrt(mean(x^2)) + eps), the authors' own code
        EPS_OUTSIDE,
        /// gamma sqrt(n) x / max(||x||, eps): eps is a floor instead of a summand (x-transformers)
        CLAMPED_LENGTH
    }

    /// Over the given last axes, with gain.
    public static RmsNorm of(int... dims) {
        return of(Init.constant(1, dims));
    }

    /// Over the axes of the given gain.
    public static RmsNorm of(Param gamma) {
        return new RmsNorm(gamma.shape(), Optional.of(gamma), EPS, Form.GAIN);
    }

    /// Over the given last axes, without gain.
    public static RmsNorm plain(int... dims) {
        return new RmsNorm(Shape.of(dims), Optional.empty(), EPS, Form.GAIN);
    }

    /// The same with another epsilon.
    public RmsNorm withEps(float other) {
        return new RmsNorm(shape, gamma, other, form);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Tensor gain = RowLayout.valueOf(gamma);
        return switch (form) {
            case GAIN -> normalize(x, shape, gain, eps);
            case UNIT_OFFSET -> normalize(x, shape, gain == null ? null : gain.add(1), eps);
            case EPS_OUTSIDE -> epsOutside(x, gain);
            case CLAMPED_LENGTH -> clampedLength(x, gain);
        };
    }

    /// The norm over the axes of gamma.
    public static Tensor apply(Tensor x, Tensor gamma, float eps) {
        return normalize(x, gamma.shape(), gamma, eps);
    }

    /// The norm over the last axes S without gain.
    public static Tensor apply(Tensor x, Shape shape, float eps) {
        return normalize(x, shape, null, eps);
    }

    /// gamma may be null.
    static Tensor normalize(Tensor x, Shape shape, Tensor gamma, float eps) {
        Tensor y = Tensor.empty(x.shape());
        return Tape.record(into(y, x, shape, gamma, eps), y);
    }

    /// Writes y, and does not put the operation on the tape yet.
    static Fused into(Tensor y, Tensor x, Shape shape, Tensor gamma, float eps) {
        RowLayout rows = RowLayout.of("RMSNorm", x, shape, gamma, null);
        Tensor statistics = Tensor.empty(Shape.of(rows.count()));
        Backend.kernels().normalization().uncentered(rows.count(), rows.columns(), x.data(), RowLayout.floats(gamma),
                null, eps, y.data(), statistics.data());
        return new Fused(x, gamma, shape, eps, statistics);
    }

    private Tensor epsOutside(Tensor x, Tensor gain) {
        RowLayout rows = RowLayout.of("RMSNorm", x, shape, gain, null);
        Tensor flat = x.reshape(rows.count(), rows.columns());
        // a floor of the root, since that of 0 has no derivative
        Tensor rms = flat.square().mean(keepDims(-1)).maximum(Float.MIN_NORMAL).sqrt().add(eps);
        return RowLayout.affine(flat.divide(rms), gain, null).reshape(x.shape());
    }

    private Tensor clampedLength(Tensor x, Tensor gain) {
        RowLayout rows = RowLayout.of("RMSNorm", x, shape, gain, null);
        Tensor flat = x.reshape(rows.count(), rows.columns());
        Tensor root = Tensor.scalar((float) Math.sqrt(rows.columns()));
        return LpNormalize
                .euclidean(flat, gain == null ? root : gain.reshape(rows.columns()).multiply(root), eps, false)
                .reshape(x.shape());
    }

    /// With g = dy * gamma: dx = rstd (g - xhat mean(g xhat)), dGamma = sum dy xhat.
    ///
    /// @param statistics (rows), 1 / sqrt(mean(x^2) + eps)
    record Fused(Tensor x, Tensor gamma, Shape shape, float eps, Tensor statistics) implements NormOp {

        @Override
        public Tensor beta() {
            return null;
        }

        @Override
        public void backward(Floats dy, Floats dx, Floats dGamma, Floats dBeta) {
            Backend.kernels().normalization().uncenteredBackward(statistics.size(), shape.size(), dy, x.data(),
                    RowLayout.floats(gamma), statistics.data(), dx, dGamma, dBeta);
        }

        @Override
        public Tensor definition() {
            Tensor rows = x.reshape(statistics.size(), shape.size());
            return RowLayout.affine(NormOp.normalized(rows, false, eps, -1), gamma, null).reshape(x.shape());
        }

        @Override
        public String name() {
            return "rms norm";
        }
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("gamma", gamma);
    }

    public static NormFactory factory(NormSpec spec) {
        float eps = spec.number("eps", EPS);
        Form form = spec.choice("form", Form.GAIN);
        return (_, dim) -> new RmsNorm(Shape.of(dim),
                Optional.of(Init.constant(form == Form.UNIT_OFFSET ? 0 : 1, dim)), eps, form);
    }
}
