package norma.placement;

import norma.nn.Attention;
import norma.nn.Init;
import norma.nn.Mlp;
import norma.nn.Sequential;

/// Sub-LN: pre-norm with a second norm inside the sublayer, before its last matrix (Wang et al. 2022, Magneto, arXiv
/// 2210.06423). Matrices start by Glorot's rule, those of values, output and feed-forward layer with gain sqrt(log 2 L), L
/// blocks.
public record SubLn() implements Placement {
    private static final Initializers FIRST = Initializers.glorot(layers -> Math.sqrt(Math.log(2.0 * layers)));

    @Override
    public Block block(Attention attention, Mlp mlp, PlacementContext place) {
        var middle = place.at("attention").plain("middle", place.dim());
        return Recipe.PRE.block(attention.with(Sequential.of(middle, attention.output())),
                mlp.with(place.at("mlp").plain("middle", mlp.hidden())), place);
    }

    @Override
    public void initialize(Attention attention, Mlp mlp, Init init, int layers) {
        FIRST.set(attention, mlp, init, layers);
    }
}
