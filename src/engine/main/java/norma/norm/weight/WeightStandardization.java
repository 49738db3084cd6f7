package norma.norm.weight;

import static norma.tensor.Axes.keepDims;

import java.util.Optional;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Reparametrization;
import norma.nn.Weight;
import norma.norm.NormSpec;
import norma.norm.axis.Moments;
import norma.norm.feature.LayerNorm;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// The weights of each output have mean 0 and a fixed variance (Qiao et al. 2019, arXiv 1903.10520). Three forms are in use,
/// which differ in their results; with c = v - mean(v) over the n inputs of an output:
///
///     BIASED       c / sqrt(sum(c^2) / n + eps)          BiT (Kolesnikov et al. 2019, arXiv 1912.11370), eps 1e-6
///     UNBIASED     c / (sqrt(sum(c^2) / (n - 1)) + eps)  the authors' code, eps 1e-5
///     SCALED       c / sqrt(max(sum(c^2), eps))          NFNet (Brock et al. 2021, arXiv 2102.06171), eps 1e-4
///
/// Then W is that times scale and gain. Shapes: v and W (O, ...), gain (O, 1, ...).
///
/// @param raw v
/// @param form which of the forms
/// @param gain ones at first, if it has one
/// @param scale a constant factor: what a nonlinearity takes from the variance, 1.7139 for ReLU in NFNet
/// @param eps where the denominator must not vanish
public record WeightStandardization(Weight raw, Form form, Optional<Param> gain, float scale, float eps)
        implements Reparametrization {

    /// The forms in use.
    public enum Form {
        /// Epsilon under the root.
        BIASED,
        /// Epsilon added to the root.
        UNBIASED,
        /// Epsilon as a floor, and variance 1 / n instead of 1.
        SCALED
    }

    /// Checks that the gains can be repeated to the weight.
    public WeightStandardization {
        gain.ifPresent(factors -> WeightNorm.requireGains("WeightStandardization", raw, factors));
    }

    /// As in BiT.
    public static WeightStandardization of(Weight raw) {
        return new WeightStandardization(raw, Form.BIASED, Optional.empty(), 1, 1e-6f);
    }

    /// As in the authors' code.
    public static WeightStandardization unbiased(Weight raw) {
        return new WeightStandardization(raw, Form.UNBIASED, Optional.empty(), 1, 1e-5f);
    }

    /// As in NFNet, with gains.
    public static WeightStandardization scaled(Weight raw, float scale) {
        Param gain = Init.constant(1, WeightNorm.perOutput(raw.shape()).toArray());
        return new WeightStandardization(raw, Form.SCALED, Optional.of(gain), scale, 1e-4f);
    }

    @Override
    public Tensor value() {
        Tensor v = raw.value();
        Tensor rows = v.reshape(v.dim(0), v.size() / v.dim(0));
        Tensor w = standardized(rows).reshape(v.shape());
        Tensor scaled = scale == 1 ? w : w.multiply(scale);
        return gain.map(factors -> scaled.multiply(factors.value())).orElse(scaled);
    }

    private Tensor standardized(Tensor rows) {
        int n = rows.dim(1);
        if (form == Form.BIASED) {
            return LayerNorm.apply(rows, Shape.of(n), eps);
        }
        Tensor centered = Moments.of(rows, -1).centered();
        Tensor squares = centered.square().sum(keepDims(-1));
        return centered.divide(form == Form.SCALED
                ? squares.maximum(eps).sqrt()
                : squares.divide(n - 1).sqrt().add(eps));
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("raw", raw).add("gain", gain);
    }

    public static WeightFactory factory(NormSpec spec) {
        Form form = spec.choice("form", Form.BIASED);
        float scale = spec.number("scale", 1);
        return (_, raw) -> switch (form) {
            case BIASED -> of(raw);
            case UNBIASED -> unbiased(raw);
            case SCALED -> scaled(raw, scale);
        };
    }
}
