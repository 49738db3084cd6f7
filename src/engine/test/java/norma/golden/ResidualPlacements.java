package norma.golden;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import norma.nn.Dropout;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Parts;
import norma.nn.Sequential;
import norma.norm.Identity;
import norma.norm.feature.LayerNorm;
import norma.norm.Norm;
import norma.placement.Admin;
import norma.placement.DeepNorm;
import norma.placement.DepthScaled;
import norma.placement.LayerScale;
import norma.placement.Place;
import norma.placement.Placement;
import norma.placement.Post;
import norma.placement.Pre;
import norma.placement.ReZero;
import norma.placement.ResiDual;
import norma.placement.ResidualPost;
import norma.placement.Sandwich;
import norma.tensor.Shape;

/// Placements around one sublayer f(x) = tanh(A x); the case's name says which.
final class ResidualPlacements {
    static final Methods METHODS = new Methods().layer("residual_placement", ResidualPlacements::residual);

    private static final List<String> SCHEMES = List.of("none", "pre_norm", "post_norm", "sandwich_peri_ln",
            "res_post_norm_swin2", "layernorm_scaling", "deep_norm_alpha", "admin", "rezero", "resi_dual",
            "layer_scale");

    private ResidualPlacements() {
    }

    private static Layer residual(GoldenCase c) {
        Layer f = new TanhLayer(c.linear("A", "a"));
        c.ignore("eps", "alpha_init", "init"); // of norms and gains, if there are any
        return switch (scheme(c.name())) {
            case "none" -> new Pre().around(f, place(c));
            case "pre_norm" -> new Pre().around(f, place(c, 1, 2));
            case "post_norm" -> new Post().around(f, place(c, 1, 2));
            case "sandwich_peri_ln" -> new Sandwich().around(f, place(c, 1, 2));
            case "res_post_norm_swin2" -> new ResidualPost().around(f, place(c, 1, 2));
            case "layernorm_scaling" -> new DepthScaled().around(f, place(c, 1, 2));
            case "deep_norm_alpha" -> deepNorm(c.number("alpha", 1)).around(f, place(c, 1));
            case "admin" -> with(c, new Admin().around(f, place(c, 1)), "scale", "omega");
            case "rezero" -> with(c, new ReZero().around(f, place(c)), "gain", "alpha");
            case "layer_scale" -> with(c, new LayerScale().around(f, place(c, 1)), "gain", "gamma");
            case "resi_dual" -> // resi_dual_2_layers
                resiDual(f, place(c, 1, 2), Integer.parseInt(c.name().split("_")[2]));
            case String name -> throw new GoldenCase.Unsupported("no placement " + name);
        };
    }

    /// What a case's name begins with; the rest tells cases of one scheme apart.
    private static String scheme(String name) {
        return SCHEMES.stream().filter(scheme -> name.equals(scheme) || name.startsWith(scheme + "_")).findFirst()
                .orElse(name);
    }

    private static Placement deepNorm(float alpha) {
        return new DeepNorm(_ -> new DeepNorm.Factors(alpha, 1));
    }

    /// Two streams through the same f and norm again and again.
    private static Layer resiDual(Layer f, Place place, int layers) {
        var placement = new ResiDual();
        var parts = new ArrayList<Layer>(Collections.nCopies(layers, placement.around(f, place)));
        parts.addFirst(placement.entry(place));
        parts.addLast(placement.exit(place));
        return new Sequential(parts);
    }

    /// The branch, a parameter of which is a tensor of the case.
    private static Layer with(GoldenCase c, Layer branch, String param, String tensor) {
        c.load(Parts.of(branch).params().get(param), tensor);
        return branch;
    }

    /// A place that hands out the norms of these numbers in their order, and then none.
    private static Place place(GoldenCase c, int... numbers) {
        Iterator<Norm> norms = Arrays.stream(numbers).mapToObj(number -> norm(c, number)).toList().iterator();
        int layer = c.integer("layer", 1);
        return new Place(new Init(0), c.input("x").dim(-1),
                (_, _) -> norms.hasNext() ? norms.next() : new Identity(), Dropout.NONE, layer, layer);
    }

    private static Norm norm(GoldenCase c, int number) {
        Shape features = Shape.of(c.input("x").dim(-1));
        return new LayerNorm(features, c.gain("w" + number), c.gain("b" + number), c.number("eps", LayerNorm.EPS));
    }
}
