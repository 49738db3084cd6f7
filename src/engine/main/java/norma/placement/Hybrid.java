package norma.placement;

import norma.nn.Attention;
import norma.nn.Layer;
import norma.nn.Mlp;
import norma.nn.PerHead;
import norma.nn.Sequential;

/// HybridNorm: norms on the queries, keys and values of each head instead of one in front of the attention, and a feed-forward
/// layer whose skip begins after its norm (Zhuo et al. 2025, arXiv 2503.04598):
///
///     y = x + Attention_qkv(x)    z = N(y) + MLP(N(y))
///
/// @param star HybridNorm*: in the first block norms stand before both sublayers too, and its skips begin before them
public record Hybrid(boolean star) implements Placement {
    @Override
    public Layer around(Layer f, Place place) {
        return Sequential.of(place.norm("norm"), Branch.of(f, place.dropout()));
    }

    @Override
    public Layer aroundAttention(Attention f, Place place) {
        Attention normed = f.with(perHead(f.query(), "queryNorm", f, place), perHead(f.key(), "keyNorm", f, place),
                perHead(f.value(), "valueNorm", f, place));
        return first(place) ? new Pre().around(normed, place) : Branch.of(normed, place.dropout());
    }

    private static Layer perHead(Layer linear, String name, Attention f, Place place) {
        return Sequential.of(linear, new PerHead(place.plain(name, place.dim() / f.heads()), f.heads()));
    }

    @Override
    public Layer aroundMlp(Mlp f, Place place) {
        return first(place) ? new Pre().around(f, place) : around(f, place);
    }

    private boolean first(Place place) {
        return star && place.layer() == 1;
    }

    @Override
    public boolean unitEmbeddings() {
        return true;
    }
}
