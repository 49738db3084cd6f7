package norma.placement;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import norma.nn.Sequential;
import norma.norm.GoldenCase;
import norma.norm.LayerNorm;
import norma.norm.Norm;
import norma.norm.Norms;
import norma.norm.QkNorm;
import norma.norm.RmsNorm;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// How golden vectors of whole branches and blocks meet the engine: a [Placement] builds what it builds for a model, the
/// case's numbers are put into it, and it is run.
public final class GoldenBlocks {
    private static final Init INIT = new Init(0);
    private static final Map<String, Consumer<GoldenCase>> METHODS = Map.of(
            "normformer_published", GoldenBlocks::normFormer,
            "residual_placement", GoldenBlocks::residual,
            "qk_norm", GoldenBlocks::qkNorm,
            "hybrid_norm_block", GoldenBlocks::hybrid,
            "ngpt_block", NGptBlock::golden);

    private static final List<String> SCHEMES = List.of("none", "pre_norm", "post_norm", "sandwich_peri_ln",
            "res_post_norm_swin2", "layernorm_scaling", "deep_norm_alpha", "admin", "rezero", "resi_dual",
            "layer_scale");

    private GoldenBlocks() {
    }

    /// How a method of golden vectors is computed, be it a norm of the catalogue or a placement; null if it isn't known.
    public static Consumer<GoldenCase> method(String name) {
        Consumer<GoldenCase> norm = Norms.golden(name);
        return norm != null ? norm : METHODS.get(name);
    }

    // ---- NormFormer, and pre-norm as its baseline: attention and feed-forward layer ----

    private static void normFormer(GoldenCase c) {
        block(c, placement(c), attention(c));
    }

    /// Pre-norm with norms on queries and keys.
    private static void qkNorm(GoldenCase c) {
        Attention plain = attention(c);
        c.ignore("init");
        Attention normed;
        if (c.has("tau")) {
            normed = QkNorm.l2(plain, c.gain("tau"));
        } else {
            Shape head = c.input("qn_g").shape();
            float eps = c.number("eps_qk", RmsNorm.EPS);
            normed = QkNorm.on(plain, new RmsNorm(head, c.gain("qn_g"), eps, RmsNorm.Form.GAIN),
                    new RmsNorm(head, c.gain("kn_g"), eps, RmsNorm.Form.GAIN));
        }
        block(c, Recipe.PRE, normed);
    }

    private static Attention attention(GoldenCase c) {
        return new Attention(c.linear("Wq", "bq"), c.linear("Wk", "bk"), c.linear("Wv", "bv"), c.linear("Wo", "bo"),
                c.integer("heads", 1), c.flag("causal", true), null);
    }

    private static void block(GoldenCase c, Placement placement, Attention attention) {
        Tensor x = c.sequences("x");
        Linear up = c.linear("W1", "b1").then(c.activation("activation", Activation.GELU_ERF));
        var mlp = new Mlp(up, null, null, c.linear("W2", "b2"));
        c.expect("dim", x.dim(-1));
        c.expect("ffn", up.weight().shape().dim(0));
        float eps = c.number("eps", LayerNorm.EPS);
        var place = new Place(INIT, x.dim(-1), (_, dim) -> LayerNorm.of(eps, dim), Dropout.NONE, 1, 1);
        var block = placement.block(attention, mlp, place);
        load(c, block, Map.of("attention.norm.gamma", "ln1_g", "attention.norm.beta", "ln1_b",
                "attention.after.gamma", "attn_ln_g", "attention.after.beta", "attn_ln_b", "mlp.scale", "res_scale_g",
                "mlp.norm.gamma", "ln2_g", "mlp.norm.beta", "ln2_b"));
        load(c, block, Map.of("mlp.f.middle.gamma", "ffn_ln_g", "mlp.f.middle.beta", "ffn_ln_b",
                "attention.f.output.0.factors", "head_scale_g", "attention.f.output.1.factors", "head_scale_g"));
        c.output("y", block.forward(x).reshape(c.input("x").shape()));
    }

    private static void hybrid(GoldenCase c) {
        Tensor x = c.sequences("x");
        float eps = c.number("eps", RmsNorm.EPS);
        var attention = new Attention(c.linear("Wq", "bq"), c.linear("Wk", "bk"), c.linear("Wv", "bv"),
                c.linear("Wo", "bo"), x.dim(-1) / c.input("qn_g").dim(-1), c.flag("causal", true), null);
        var mlp = new Mlp(c.linear("W1", "b1").then(Activation.GELU_ERF), null, null, c.linear("W2", "b2"));
        var place = new Place(INIT, x.dim(-1), (_, dim) -> RmsNorm.of(eps, dim), Dropout.NONE, 1, 1);
        var placement = new Hybrid(false);
        var block = placement.block(attention, mlp, place);
        load(c, block, Map.of("attention.f.query.1.gamma", "qn_g", "attention.f.key.1.gamma", "kn_g",
                "attention.f.value.1.gamma", "vn_g", "mlp.0.gamma", "n_g"));
        c.output("y", block.forward(x).reshape(c.input("x").shape()));
    }

    private static Placement placement(GoldenCase c) {
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

    private static void load(GoldenCase c, Part part, Map<String, String> tensors) {
        Map<String, Param> params = Parts.of(part).params();
        tensors.forEach((param, tensor) -> c.load(params.get(param), tensor));
    }

    // ---- Placements around one branch f(x) = tanh(A x); the case's name says which ----

    private record Tanh(Linear a) implements Layer {
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
        Layer f = new Tanh(c.linear("A", "a"));
        c.ignore("eps", "alpha_init", "init"); // of norms and gains, if there are any
        Place place = place(c, c.integer("layer", 1));
        Layer block = switch (scheme(c.name())) {
            case "none" -> Recipe.of().around(f, place);
            case "deep_norm_alpha" ->
                Recipe.POST.skip(_ -> Factor.constant(c.number("alpha", 1))).around(f, place);
            case "admin" -> Recipe.POST.skip(_ -> new Factor.Learned(c.gain("omega"))).around(f, place);
            case "rezero" -> Recipe.REZERO.gain(_ -> new Factor.Learned(c.gain("alpha"))).around(f, place);
            case "resi_dual" -> resiDual(c, f, Integer.parseInt(c.name().split("_")[2])); // resi_dual_2_layers
            case "layer_scale" -> Recipe.PRE.gain(_ -> new Factor.Learned(c.gain("gamma"))).around(f, place);
            case String name -> placed(name).around(f, place);
        };
        c.output("y", block.forward(c.input("x")));
    }

    private static Layer resiDual(GoldenCase c, Layer f, int layers) {
        var parts = new ArrayList<Layer>(Collections.nCopies(layers, new ResiDual.OnBoth(f, norm(c, 1), Dropout.NONE)));
        parts.addFirst(new ResiDual.Split());
        parts.addLast(new ResiDual.Join(norm(c, 2)));
        return new Sequential(parts);
    }

    /// What a case's name begins with; the rest tells cases of one scheme apart.
    private static String scheme(String name) {
        return SCHEMES.stream().filter(scheme -> name.equals(scheme) || name.startsWith(scheme + "_")).findFirst()
                .orElseThrow(() -> new GoldenCase.Unsupported("no placement " + name));
    }

    private static Recipe placed(String name) {
        return switch (name) {
            case "pre_norm" -> Recipe.PRE;
            case "post_norm" -> Recipe.POST;
            case "sandwich_peri_ln" -> Recipe.SANDWICH;
            case "res_post_norm_swin2" -> Recipe.RESIDUAL_POST;
            case "layernorm_scaling" -> Recipe.LAYER_NORM_SCALING;
            default -> throw new GoldenCase.Unsupported("no placement " + name);
        };
    }

    /// A place whose norms are those of the case, in their order.
    private static Place place(GoldenCase c, int layer) {
        Iterator<Norm> norms = List.of(norm(c, 1), norm(c, 2)).iterator();
        return new Place(INIT, c.input("x").dim(-1), (_, _) -> norms.next(), Dropout.NONE, layer, layer);
    }

    private static Norm norm(GoldenCase c, int number) {
        Shape features = Shape.of(c.input("x").dim(-1));
        return new LayerNorm(features, c.gain("w" + number), c.gain("b" + number), c.number("eps", LayerNorm.EPS));
    }
}
