package norma.placement;

import norma.nn.Attention;
import norma.nn.Layer;
import norma.nn.Mlp;
import norma.nn.Sequential;

/// Sub-LN: pre-norm with a second norm inside the sublayer, before its last matrix (Wang et al. 2022, Magneto, arXiv
/// 2210.06423). Matrices start by Glorot's rule, those of values, output and feed-forward layer with gain sqrt(log 2 L), L
/// blocks.
public record SubLn() implements Placement {

    /// sqrt(log 2 L)
    static double gain(int layers) {
        return Math.sqrt(Math.log(2.0 * layers));
    }

    @Override
    public Layer around(Layer f, Place place) {
        return new Pre().around(f, place);
    }

    @Override
    public Layer aroundAttention(Attention f, Place place) {
        FirstValues.xavier(place.init(), 1, f, "query", "key");
        FirstValues.xavier(place.init(), gain(place.layers()), f, "value", "output");
        return around(f.with(Sequential.of(place.plain("middle", place.dim()), f.output())), place);
    }

    @Override
    public Layer aroundMlp(Mlp f, Place place) {
        FirstValues.xavier(place.init(), gain(place.layers()), f, "up", "down");
        return around(f.with(place.plain("middle", f.hidden())), place);
    }
}
