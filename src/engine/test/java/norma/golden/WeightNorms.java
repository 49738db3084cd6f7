package norma.golden;

import norma.nn.Init;
import norma.nn.Linear;
import norma.nn.Weight;
import norma.norm.feature.LpNormalize;
import norma.norm.weight.CenteredWeightNorm;
import norma.norm.weight.CosineNormalization;
import norma.norm.weight.FixNorm;
import norma.norm.weight.SpectralNorm;
import norma.norm.weight.WeightNorm;
import norma.norm.weight.WeightStandardization;
import norma.norm.weight.WeightStandardization.Form;

/// Norms of weights instead of activations.
final class WeightNorms {
    static final Methods METHODS = new Methods()
            .add("fix_norm", c -> c.output("y", new FixNorm(c.weight("weight"), c.gain("g")).value()
                    .take(c.indices("indices"), 0)))
            .layer("cosine_normalization", c -> new CosineNormalization(c.weight("w"),
                    c.number("eps_clamp", LpNormalize.EPS)))
            .add("weight_norm", WeightNorms::weightNorm)
            .weight("centered_weight_norm", WeightNorms::centeredWeightNorm)
            .weight("weight_standardization", WeightNorms::weightStandardization)
            .weight("spectral_norm", WeightNorms::spectralNorm);

    private WeightNorms() {
    }

    private static void weightNorm(GoldenCase c) {
        c.ignore("dim"); // the shape of g says it
        var norm = new WeightNorm(c.weight("v"), c.gain("g"));
        if (c.has("x")) {
            c.output(Linear.of(norm));
        } else {
            c.output("y", norm.value());
        }
    }

    private static Weight centeredWeightNorm(GoldenCase c) {
        c.ignore("dim"); // the shape of g says it
        return c.has("g") ? new CenteredWeightNorm(c.weight("v"), c.gain("g")) : CenteredWeightNorm.of(c.weight("v"));
    }

    private static Weight weightStandardization(GoldenCase c) {
        String text = c.text("var", "no") + " variance, eps " + c.text("eps_place", "as a floor");
        Form form = switch (text) {
            case "biased variance, eps inside sqrt" -> Form.BIASED;
            case "unbiased variance, eps added to std" -> Form.UNBIASED;
            case "no variance, eps as a floor" -> Form.SCALED;
            default -> throw new GoldenCase.Unsupported("config: " + text);
        };
        return new WeightStandardization(c.weight("w"), form, c.gainIfAny("gain"), c.number("gamma", 1),
                c.number("eps", 1e-6));
    }

    private static Weight spectralNorm(GoldenCase c) {
        Weight raw = c.weight("w");
        int iterations = c.integer("n_power_iterations", 1);
        float eps = c.number("eps", SpectralNorm.EPS);
        if (c.has("u")) {
            return new SpectralNorm(raw, c.buffer("u"), c.buffer("v"), iterations, eps);
        }
        SpectralNorm fresh = SpectralNorm.of(new Init(0), raw);
        return new SpectralNorm(raw, fresh.u(), fresh.v(), iterations, eps);
    }
}
