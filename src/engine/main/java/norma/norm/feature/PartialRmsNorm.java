package norma.norm.feature;

import static norma.tensor.Axes.keepDims;

import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.axis.RowLayout;
import norma.tensor.Tensor;

/// y = gamma * x / sqrt(mean of the first k x^2 + eps), k = ceil(p D): the RMS of a part stands for that of the whole
/// (pRMSNorm; Zhang & Sennrich 2019, arXiv 1910.07467, section 4, who suggest p = 6.25 %).
///
/// Shapes: x (..., D), gamma D.
///
/// @param gamma gain, ones at first
/// @param p share of the features whose RMS is taken, in (0, 1]
/// @param eps added to the mean square
public record PartialRmsNorm(Param gamma, float p, float eps) implements Norm {
    /// Epsilon if no other is given.
    public static final float EPS = 1e-8f;

    /// Share of the features if no other is given, as in the paper.
    public static final float P = 0.0625f;

    /// Checks p.
    public PartialRmsNorm {
        if (!(p > 0 && p <= 1)) {
            throw new IllegalArgumentException("PartialRmsNorm: p must be in (0, 1]; got " + p);
        }
    }

    /// For D features, with ones as gain.
    public static PartialRmsNorm of(int dim) {
        return new PartialRmsNorm(Init.constant(1, dim), P, EPS);
    }

    /// The same with another share of the features.
    public PartialRmsNorm withP(float p) {
        return new PartialRmsNorm(gamma, p, eps);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        int dim = RowLayout.of("PartialRmsNorm", x, gamma.value().shape(), null, null).columns();
        Tensor square = x.slice(-1, 0, first(p, dim)).square().mean(keepDims(-1));
        return x.divide(square.add(eps).sqrt()).multiply(gamma.value());
    }

    /// k, by p as it is written: the float nearest to 0.1 is more than that, and would take 2 features of 10.
    private static int first(float p, int dim) {
        return (int) Math.ceil(Double.parseDouble(Float.toString(p)) * dim);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("gamma", gamma);
    }

    public static NormFactory factory(NormSpec spec) {
        float p = spec.number("p", P);
        return (_, dim) -> of(dim).withP(p);
    }
}
