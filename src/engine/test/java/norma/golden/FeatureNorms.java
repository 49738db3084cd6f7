package norma.golden;

import java.util.Optional;
import norma.nn.Identity;
import norma.nn.Layer;
import norma.nn.Param;
import norma.norm.feature.AdaNorm;
import norma.norm.feature.CenteredRmsNorm;
import norma.norm.feature.DynamicErf;
import norma.norm.feature.DynamicIsru;
import norma.norm.feature.DynamicTanh;
import norma.norm.feature.GroupScaling;
import norma.norm.feature.LayerNorm;
import norma.norm.feature.LpNormalize;
import norma.norm.feature.PartialRmsNorm;
import norma.norm.feature.PowerNorm;
import norma.norm.feature.RmsNorm;
import norma.norm.feature.ScaleNorm;
import norma.norm.feature.SeedNorm;
import norma.norm.feature.SimpleRmsNorm;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Norms of the features on the last axis.
final class FeatureNorms {
    static final Methods METHODS = new Methods()
            .layer("identity", _ -> new Identity())
            .layer("layer_norm", FeatureNorms::layerNorm)
            .layer("rms_norm", FeatureNorms::rmsNorm)
            .layer("prms_norm", FeatureNorms::partialRmsNorm)
            .layer("crms_norm", FeatureNorms::centeredRmsNorm)
            .layer("simple_rms_norm", c -> new SimpleRmsNorm(c.number("eps", RmsNorm.EPS)))
            .layer("power_norm", FeatureNorms::powerNorm)
            .layer("lp_normalize", c -> new LpNormalize((float) c.power("p"), c.integer("dim", 1),
                    c.number("eps_clamp", LpNormalize.EPS), c.flag("zero_grad_at_zero", false)))
            .layer("scale_norm", c -> new ScaleNorm(c.gain("g"), c.number("eps_clamp", ScaleNorm.EPS)))
            .layer("ada_norm", FeatureNorms::adaNorm)
            .layer("seed_norm", c -> new SeedNorm(c.gain("alpha"), c.gain("beta"), c.gain("weight"),
                    c.integer("heads", 1), c.number("eps", RmsNorm.EPS)))
            .layer("dynamic_tanh", FeatureNorms::dynamicTanh)
            .layer("dynamic_erf", FeatureNorms::dynamicErf)
            .layer("dynamic_isru", c -> new DynamicIsru(c.gain("beta"), c.gain("weight"), c.gain("bias"),
                    c.number("eps", 0)));

    private FeatureNorms() {
    }

    private static Layer layerNorm(GoldenCase c) {
        Shape over = Shape.of(c.integers("normalized_shape", c.input("x").dim(-1)));
        boolean affine = c.flag("affine", true);
        Optional<Param> beta = c.flag("bias", true) && affine ? c.gainIfAny("bias") : Optional.empty();
        return new LayerNorm(over, affine ? c.gainIfAny("weight") : Optional.empty(), beta,
                c.number("eps", LayerNorm.EPS));
    }

    private static Layer rmsNorm(GoldenCase c) {
        Shape over = Shape.of(c.integers("normalized_shape", c.input("x").dim(-1)));
        // PyTorch's default is the machine epsilon, and the vectors were computed in double
        float eps = c.number("eps", Math.ulp(1.0));
        float clamp = c.number("eps_clamp", 0);
        boolean offset = c.flag("unit_offset", false);
        if (clamp > 0 && offset) {
            throw new GoldenCase.Unsupported("eps_clamp together with unit_offset");
        }
        RmsNorm.Form form = clamp > 0 ? RmsNorm.Form.CLAMPED_LENGTH
                : offset ? RmsNorm.Form.UNIT_OFFSET : RmsNorm.Form.GAIN;
        return new RmsNorm(over, c.gainIfAny("weight"), clamp > 0 ? clamp : eps, form);
    }

    private static Layer partialRmsNorm(GoldenCase c) {
        float p = c.number("p", 1);
        // p as it is written: the float nearest to 0.1 is more than that
        c.expect("k", (int) Math.ceil(Double.parseDouble(Float.toString(p)) * c.input("x").dim(-1)));
        return new PartialRmsNorm(c.gain("weight"), p, c.number("eps", PartialRmsNorm.EPS));
    }

    private static Layer centeredRmsNorm(GoldenCase c) {
        c.expect("d", c.input("x").dim(-1) + 1);
        return new CenteredRmsNorm(c.number("eps", RmsNorm.EPS));
    }

    private static Layer powerNorm(GoldenCase c) {
        float eps = c.number("eps", PowerNorm.EPS);
        int groups = c.integer("group_num", 0);
        Layer scaling = groups == 0 ? new Identity() : new GroupScaling(groups, eps);
        if (groups > 0 && !c.has("weight")) {
            return scaling;
        }
        int warmup = c.integer("warmup_iters", 1);
        int step = c.integer("iters", c.text("phase", "running").equals("running") ? warmup + 1 : warmup);
        return new PowerNorm(scaling, c.gain("weight"), c.gain("bias"), c.buffer("running_phi"), c.buffer("ema_gz"),
                Param.buffer(Tensor.full(Shape.of(1), step - 1)), c.number("alpha_fwd", PowerNorm.ALPHA),
                c.number("alpha_bkw", PowerNorm.ALPHA), warmup, eps);
    }

    private static Layer adaNorm(GoldenCase c) {
        c.ignore("frozen_factor"); // what comes out on the way
        return new AdaNorm(c.input("x").dim(-1), c.number("C", 1), c.number("k", AdaNorm.K),
                c.number("eps", LayerNorm.EPS));
    }

    private static Layer dynamicTanh(GoldenCase c) {
        c.ignore("alpha_init");
        return new DynamicTanh(c.gain("alpha"), c.gain("weight"), c.gain("bias"));
    }

    private static Layer dynamicErf(GoldenCase c) {
        c.ignore("alpha_init", "shift_init");
        return new DynamicErf(c.gain("alpha"), c.gain("shift"), c.gain("weight"), c.gain("bias"));
    }
}
