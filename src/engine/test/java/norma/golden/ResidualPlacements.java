package norma.golden;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import norma.nn.Dropout;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.ParameterTree;
import norma.nn.Sequential;
import norma.norm.Norm;
import norma.norm.feature.LayerNorm;
import norma.placement.Factor;
import norma.placement.PlacementContext;
import norma.placement.Recipe;
import norma.placement.ResiDual;
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
            case "none" -> Recipe.PRE.around(f, place(c));
            case "pre_norm" -> Recipe.PRE.around(f, place(c, 1, 2));
            case "post_norm" -> Recipe.POST.around(f, place(c, 1, 2));
            case "sandwich_peri_ln" -> Recipe.SANDWICH.around(f, place(c, 1, 2));
            case "res_post_norm_swin2" -> Recipe.RESIDUAL_POST.around(f, place(c, 1, 2));
            case "layernorm_scaling" -> Recipe.LAYER_NORM_SCALING.around(f, place(c, 1, 2));
            case "deep_norm_alpha" ->
                Recipe.DEEP_NORM.skip(_ -> Factor.constant(c.number("alpha", 1))).around(f, place(c, 1));
            case "admin" -> with(c, Recipe.ADMIN.around(f, place(c, 1)), "scale", "omega");
            case "rezero" -> with(c, Recipe.REZERO.around(f, place(c)), "gain", "alpha");
            case "layer_scale" -> with(c, Recipe.LAYER_SCALE.around(f, place(c, 1)), "gain", "gamma");
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

    /// Two streams through the same f and norm again and again.
    private static Layer resiDual(Layer f, PlacementContext place, int layers) {
        var placement = new ResiDual();
        var parts = new ArrayList<Layer>(Collections.nCopies(layers, placement.around(f, place)));
        parts.addFirst(placement.entry(place));
        parts.addLast(placement.exit(place));
        return new Sequential(parts);
    }

    /// The branch, a parameter of which is a tensor of the case.
    private static Layer with(GoldenCase c, Layer branch, String param, String tensor) {
        c.load(ParameterTree.of(branch).params().get(param), tensor);
        return branch;
    }

    /// A place that hands out the norms of these numbers in their order, and then none.
    private static PlacementContext place(GoldenCase c, int... numbers) {
        Iterator<Norm> norms = Arrays.stream(numbers).mapToObj(number -> norm(c, number)).toList().iterator();
        int layer = c.integer("layer", 1);
        return new PlacementContext(new Init(0), c.input("x").dim(-1),
                (_, _) -> norms.hasNext() ? norms.next() : Norm.NONE, Dropout.NONE, layer, layer);
    }

    private static Norm norm(GoldenCase c, int number) {
        Shape features = Shape.of(c.input("x").dim(-1));
        return new LayerNorm(features, c.gainIfAny("w" + number),
                c.gainIfAny("b" + number), c.number("eps", LayerNorm.EPS));
    }
}
