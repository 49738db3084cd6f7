package norma.golden;

import java.util.Map;
import java.util.Optional;
import norma.kernel.Activation;
import norma.nn.Attention;
import norma.nn.Dropout;
import norma.nn.HeadScale;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.Mlp;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.norm.NormFactory;
import norma.norm.feature.LayerNorm;
import norma.norm.feature.QkNorm;
import norma.norm.feature.RmsNorm;
import norma.placement.Hybrid;
import norma.placement.NGptBlock;
import norma.placement.NormFormer;
import norma.placement.Placement;
import norma.placement.PlacementContext;
import norma.placement.Recipe;

/// Whole blocks of attention and feed-forward layer: a [Placement] builds what it builds for a model, and the case's numbers are
/// put into it.
final class TransformerBlocks {
    static final Methods METHODS = new Methods()
            .add("normformer_published", c -> block(c, normFormer(c), attention(c)))
            .add("qk_norm", c -> block(c, Recipe.PRE, qkNorm(c)))
            .add("hybrid_norm_block", TransformerBlocks::hybrid)
            .add("ngpt_block", TransformerBlocks::nGpt);

    private TransformerBlocks() {
    }

    /// NormFormer, or pre-norm as its baseline.
    private static Placement normFormer(GoldenCase c) {
        Optional<HeadScale.Site> site = switch (c.text("head", "none")) {
            case "none" -> Optional.empty();
            case "before_out_proj" -> Optional.of(HeadScale.Site.BEFORE_OUT_PROJ);
            case "after_out_proj" -> Optional.of(HeadScale.Site.AFTER_OUT_PROJ);
            case String other -> throw new GoldenCase.Unsupported("config: head " + other);
        };
        boolean residualScale = c.flag("resc", false);
        boolean attentionNorm = c.flag("attn_ln", false);
        boolean middleNorm = c.flag("ffn_ln", false);
        return site.isEmpty() && !residualScale && !attentionNorm && !middleNorm
                ? Recipe.PRE
                : new NormFormer(site, residualScale, attentionNorm, middleNorm);
    }

    private static Attention attention(GoldenCase c) {
        return attention(c, c.integer("heads", 1));
    }

    private static Attention attention(GoldenCase c, int heads) {
        return Attention.of(c.linear("Wq", "bq"), c.linear("Wk", "bk"), c.linear("Wv", "bv"), c.linear("Wo", "bo"),
                heads, c.flag("causal", true));
    }

    private static Attention qkNorm(GoldenCase c) {
        Attention plain = attention(c);
        c.ignore("init");
        return c.has("tau") ? QkNorm.l2(plain, c.gain("tau"))
                : QkNorm.on(plain, headNorm(c, "qn_g"), headNorm(c, "kn_g"));
    }

    private static Layer headNorm(GoldenCase c, String gain) {
        return RmsNorm.of(c.gain(gain)).withEps(c.number("eps_qk", RmsNorm.EPS));
    }

    private static void block(GoldenCase c, Placement placement, Attention attention) {
        Linear up = c.linear("W1", "b1").then(c.activation("activation", Activation.GELU_ERF));
        c.expect("dim", c.input("x").dim(-1));
        c.expect("ffn", up.weight().shape().dim(0));
        float eps = c.number("eps", LayerNorm.EPS);
        Layer block = block(c, placement, attention, up, (_, dim) -> LayerNorm.of(dim).withEps(eps));
        load(c, block, Map.of("attention.norm.gamma", "ln1_g", "attention.norm.beta", "ln1_b",
                "attention.after.gamma", "attn_ln_g", "attention.after.beta", "attn_ln_b", "mlp.scale", "res_scale_g",
                "mlp.norm.gamma", "ln2_g", "mlp.norm.beta", "ln2_b"));
        load(c, block, Map.of("mlp.f.middle.gamma", "ffn_ln_g", "mlp.f.middle.beta", "ffn_ln_b",
                "attention.f.output.0.factors", "head_scale_g", "attention.f.output.1.factors", "head_scale_g"));
        output(c, block);
    }

    private static void hybrid(GoldenCase c) {
        Attention attention = attention(c, c.input("x").dim(-1) / c.input("qn_g").dim(-1));
        float eps = c.number("eps", RmsNorm.EPS);
        Layer block = block(c, new Hybrid(false), attention, c.linear("W1", "b1").then(Activation.GELU_ERF),
                (_, dim) -> RmsNorm.of(dim).withEps(eps));
        load(c, block, Map.of("attention.f.query.1.gamma", "qn_g", "attention.f.key.1.gamma", "kn_g",
                "attention.f.value.1.gamma", "vn_g", "mlp.0.gamma", "n_g"));
        output(c, block);
    }

    private static Layer block(GoldenCase c, Placement placement, Attention attention, Linear up, NormFactory norm) {
        var mlp = Mlp.of(up, c.linear("W2", "b2"));
        var place = new PlacementContext(new Init(0), c.input("x").dim(-1), norm, Dropout.NONE, 1, 1);
        return placement.block(attention, mlp, place);
    }

    private static void nGpt(GoldenCase c) {
        int dim = c.input("x").dim(-1);
        c.expect("dim", dim);
        c.expect("ffn", c.input("Wu").dim(0));
        output(c, new NGptBlock(c.linear("Wq", "bq"), c.linear("Wk", "bk"), c.linear("Wv", "bv"), c.linear("Wo", "bo"),
                c.linear("Wu", "bu"), c.linear("Wn", "bn"), c.linear("Wd", "bd"), c.gain("alpha_a"), c.gain("alpha_m"),
                c.gain("sqk"), c.gain("suv"), c.integer("heads", 1), c.flag("causal", true), Optional.empty(),
                c.number("base_scale", 1 / Math.sqrt(dim)), c.number("alpha_init", 0.05)));
    }

    private static void load(GoldenCase c, Parameterized part, Map<String, String> tensors) {
        Map<String, Param> params = ParameterTree.of(part).params();
        tensors.forEach((param, tensor) -> c.load(params.get(param), tensor));
    }

    private static void output(GoldenCase c, Layer block) {
        c.output("y", block.forward(c.sequences("x")).reshape(c.input("x").shape()));
    }
}
