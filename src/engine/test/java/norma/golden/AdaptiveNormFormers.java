package norma.golden;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import norma.kernel.Activation;
import norma.nn.Attention;
import norma.nn.Context;
import norma.nn.Identity;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.Mlp;
import norma.nn.Param;
import norma.nn.Sequential;
import norma.norm.Norm;
import norma.norm.feature.AdaptiveNetwork;
import norma.norm.feature.AdaptiveNormFormer;
import norma.norm.feature.LayerNorm;
import norma.norm.feature.RmsNorm;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Norms whose gain and bias a small Transformer reads from the sequence.
final class AdaptiveNormFormers {
    static final Methods METHODS = new Methods().add("normformer_adaptive", AdaptiveNormFormers::adaptive);

    /// How the names of layer i of trunk t may begin; with one layer it may be `t.` alone.
    private static final List<String> PREFIXES = List.of("%s.%d.", "%s%d.", "%s.l%d.", "%s.layers.%d.");

    private AdaptiveNormFormers() {
    }

    private static void adaptive(GoldenCase c) {
        Tensor x = c.sequences("x");
        int dim = x.dim(-1);
        c.expect("dim", dim);
        c.ignore("attn_dim"); // the shapes say it, if there is a trunk at all
        boolean causal = c.flag("causal", false);
        Layer in = c.has("Win") ? c.linear("Win", "bin") : new Identity();
        AdaptiveNetwork gammas = trunk(c, "t", dim, causal);
        Optional<AdaptiveNetwork> betas =
                c.flag("shared", true) ? Optional.empty() : Optional.of(trunk(c, "u", dim, causal));
        var norm = new AdaptiveNormFormer(base(c, dim), in, gammas, betas, head(c, "Wg", "g0", 1, dim),
                head(c, "Wb", "b0", 0, dim), causal, c.number("bound", 0), eps(c));
        Context context = c.has("key_mask") ? Context.padded(c.input("key_mask")) : Context.NONE;
        c.output("y", norm.forward(x, context).reshape(c.input("x").shape()));
    }

    private static float eps(GoldenCase c) {
        return c.number("eps_inner", RmsNorm.EPS);
    }

    private static Norm base(GoldenCase c, int dim) {
        return switch (c.text("base", "layer")) {
            case "layer" -> LayerNorm.plain(dim).withEps(c.number("eps_base", LayerNorm.EPS));
            case "rms" -> RmsNorm.plain(dim).withEps(c.number("eps_base", RmsNorm.EPS));
            case String other -> throw new GoldenCase.Unsupported("config: base " + other);
        };
    }

    private static Linear head(GoldenCase c, String weight, String bias, float first, int dim) {
        Param constant = c.has(bias) ? c.gain(bias) : Init.constant(first, dim);
        return Linear.of(c.weight(weight), constant);
    }

    private static AdaptiveNetwork trunk(GoldenCase c, String trunk, int dim, boolean causal) {
        int depth = c.integer("depth", 1);
        int heads = c.integer("heads", Math.max(1, Math.min(8, dim / 64)));
        return new AdaptiveNetwork(Sequential.of(IntStream.range(0, depth)
                .mapToObj(i -> layer(c, prefix(c, trunk, i), heads, causal)).toArray(Layer[]::new)));
    }

    private static String prefix(GoldenCase c, String trunk, int layer) {
        return PREFIXES.stream().map(name -> name.formatted(trunk, layer)).filter(name -> c.has(name + "Wqkv"))
                .findFirst().orElse(layer == 0 ? trunk + "." : trunk + "." + layer + ".");
    }

    private static AdaptiveNetwork.Block layer(GoldenCase c, String prefix, int heads, boolean causal) {
        Tensor qkv = c.input(prefix + "Wqkv");
        int r = qkv.dim(0) / 3;
        c.expect("attn_dim", r);
        Shape width = Shape.of(qkv.dim(1));
        var attention = Attention.of(rows(qkv, 0, r), rows(qkv, r, 2 * r), rows(qkv, 2 * r, 3 * r),
                c.linear(prefix + "Wo", prefix + "bo"), heads, causal);
        var mlp = Mlp.of(c.linear(prefix + "W1", prefix + "b1").then(Activation.GELU_ERF),
                c.linear(prefix + "W2", prefix + "b2"));
        return new AdaptiveNetwork.Block(RmsNorm.of(c.gain(prefix + "n1_g")).withEps(eps(c)),
                attention,
                RmsNorm.of(c.gain(prefix + "n2_g")).withEps(eps(c)), mlp);
    }

    private static Linear rows(Tensor w, int from, int to) {
        return Linear.of(new Param(w.slice(0, from, to), Param.Role.WEIGHT));
    }
}
