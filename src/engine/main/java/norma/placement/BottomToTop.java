package norma.placement;

import norma.nn.Attention;
import norma.nn.Context;
import norma.nn.Dropout;
import norma.nn.Layer;
import norma.nn.Mlp;
import norma.nn.Parts;
import norma.norm.Norm;
import norma.tensor.Tensor;

/// Post-norm with one more skip, from the bottom of a block to its last norm (B2T; Takase et al. 2022, arXiv 2206.00330):
///
///     y = N1(x + Attention(x))    z = N2(x + y + MLP(y))
///
/// So on the way back a gradient passes one norm in a block instead of two.
public record BottomToTop() implements Placement {
    @Override
    public Layer around(Layer f, Place place) {
        return new Post().around(f, place);
    }

    @Override
    public Layer block(Attention attention, Mlp mlp, Place place) {
        Place top = place.at("mlp");
        return new WithSkip(around(attention, place.at("attention")), mlp, place.dropout(), top.norm("norm"));
    }

    private record WithSkip(Layer attention, Mlp mlp, Dropout dropout, Norm norm) implements Layer {
        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor y = attention.forward(x, context);
            return norm.forward(x.add(y).add(dropout.forward(mlp.forward(y, context))), context);
        }

        @Override
        public void list(Parts parts) {
            parts.add("attention", attention).add("mlp.f", mlp).add("mlp.norm", norm);
        }
    }

    @Override
    public Layer exit(Place model) {
        return null;
    }
}
