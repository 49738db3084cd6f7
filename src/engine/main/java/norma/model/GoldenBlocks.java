package norma.model;

import java.util.Map;
import java.util.function.Consumer;
import norma.kernel.Activation;
import norma.nn.Attention;
import norma.nn.Context;
import norma.nn.Dropout;
import norma.nn.HeadScale;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.Mlp;
import norma.nn.Param;
import norma.nn.Part;
import norma.nn.Parts;
import norma.norm.GoldenCase;
import norma.norm.Identity;
import norma.norm.LayerNorm;
import norma.norm.Norm;
import norma.norm.Norms;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// How golden vectors of whole branches and blocks meet the engine: a [Placement] builds what it builds for a model, the
/// case's numbers are put into it, and it is run.
public final class GoldenBlocks {
    private static final Init INIT = new Init(0);
    private static final Map<String, Consumer<GoldenCase>> METHODS = Map.of(
            "normformer_published", GoldenBlocks::normFormer,
            "residual_placement", GoldenBlocks::residual);

    private GoldenBlocks() {
    }

    /// How a method of golden vectors is computed, be it a norm of the catalogue or a placement; null if it isn't known.
    public static Consumer<GoldenCase> method(String name) {
        return Norms.all().stream().filter(entry -> entry.name().equals(name)).findFirst().map(Norms.Entry::golden)
                .orElse(METHODS.get(name));
    }

    // ---- NormFormer, and pre-norm as its baseline: attention and feed-forward layer ----

    private static void normFormer(GoldenCase c) {
        Tensor x = c.sequences("x");
        var attention =
                new Attention(c.linear("Wq", "bq"), c.linear("Wk", "bk"), c.linear("Wv", "bv"), c.linear("Wo", "bo"),
                        c.integer("heads", 1), c.flag("causal", true), null, null);
        Linear up = c.linear("W1", "b1").then(c.activation("activation", Activation.GELU_ERF));
        var mlp = new Mlp(up, null, null, c.linear("W2", "b2"));
        c.expect("dim", x.dim(-1));
        c.expect("ffn", up.weight().value().dim(0));
        Placement placement = placement(c);
        float eps = c.number("eps", LayerNorm.EPS);
        var place = new Placement.Place(INIT, x.dim(-1), (_, dim) -> LayerNorm.of(eps, dim), Dropout.NONE);
        var block = new Block(placement.aroundAttention(attention, place), placement.aroundMlp(mlp, place));
        load(c, block, Map.of("attention.norm.gamma", "ln1_g", "attention.norm.beta", "ln1_b",
                "attention.after.gamma", "attn_ln_g", "attention.after.beta", "attn_ln_b",
                "attention.f.headScale.factors", "head_scale_g", "mlp.scale", "res_scale_g",
                "mlp.norm.gamma", "ln2_g", "mlp.norm.beta", "ln2_b"));
        load(c, block, Map.of("mlp.f.middle.gamma", "ffn_ln_g", "mlp.f.middle.beta", "ffn_ln_b"));
        c.output("y", block.forward(x).reshape(c.input("x").shape()));
    }

    private static Placement placement(GoldenCase c) {
        HeadScale.Site site = switch (c.text("head", "none")) {
            case "none" -> null;
            case "before_out_proj" -> HeadScale.Site.BEFORE_OUT_PROJ;
            case "after_out_proj" -> HeadScale.Site.AFTER_OUT_PROJ;
            case String other -> throw new GoldenCase.Unsupported("config: head " + other);
        };
        boolean residualScale = c.flag("resc", false);
        boolean attentionNorm = c.flag("attn_ln", false);
        boolean middleNorm = c.flag("ffn_ln", false);
        return site == null && !residualScale && !attentionNorm && !middleNorm
                ? new Placement.Pre()
                : new Placement.NormFormer(site, residualScale, attentionNorm, middleNorm);
    }

    private static void load(GoldenCase c, Part part, Map<String, String> tensors) {
        Map<String, Param> params = Parts.of(part).params();
        tensors.forEach((param, tensor) -> c.load(params.get(param), tensor));
    }

    // ---- Placements around one branch f(x) = tanh(A x); the case's name says which ----

    private record Branch(Linear a) implements Layer {
        @Override
        public Tensor forward(Tensor x, Context context) {
            return a.forward(x, context).tanh();
        }

        @Override
        public void list(Parts parts) {
            parts.add("a", a);
        }
    }

    private static void residual(GoldenCase c) {
        if (is(c, "none")) {
            around(c, new Placement.Pre(), new Identity());
        } else if (is(c, "pre_norm")) {
            around(c, new Placement.Pre(), norm(c));
        } else if (is(c, "post_norm")) {
            around(c, new Placement.Post(), norm(c));
        } else {
            throw new GoldenCase.Unsupported("no placement " + c.name());
        }
    }

    private static boolean is(GoldenCase c, String placement) {
        return c.name().equals(placement) || c.name().startsWith(placement + "_");
    }

    private static Norm norm(GoldenCase c) {
        Shape features = Shape.of(c.input("x").dim(-1));
        return new LayerNorm(features, c.gain("w1"), c.gain("b1"), c.number("eps", LayerNorm.EPS));
    }

    private static void around(GoldenCase c, Placement placement, Norm norm) {
        Tensor x = c.input("x");
        c.ignore("eps"); // of the norm, if there is one
        var place = new Placement.Place(INIT, x.dim(-1), (_, _) -> norm, Dropout.NONE);
        c.output("y", placement.around(new Branch(c.linear("A", "a")), place).forward(x));
    }
}
