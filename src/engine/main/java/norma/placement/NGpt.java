package norma.placement;

import norma.nn.Attention;
import norma.nn.Context;
import norma.nn.Identity;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.Mlp;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.norm.feature.LpNormalize;
import norma.tensor.Tensor;

/// A model on the unit sphere (nGPT; Loshchilov et al. 2024, arXiv 2410.01131): blocks are [NGptBlock]s with matrices of
/// their own, embeddings and rows of the output matrix have length 1, and logits are cosines times learned factors s_z (V).
/// There is no place for another norm: lengths are the method.
public record NGpt() implements Placement {
    @Override
    public Residual block(Attention attention, Mlp mlp, PlacementContext place) {
        return place.source().make(init -> NGptBlock.of(init, place.dim(), mlp.hidden(), attention.heads(),
                attention.causal(), attention.rotary()));
    }

    @Override
    public Layer entry(PlacementContext model) {
        return LpNormalize.l2();
    }

    @Override
    public Layer exit(PlacementContext model) {
        return new Identity();
    }

    @Override
    public Layer head(Linear output, PlacementContext model) {
        float base = (float) (1 / Math.sqrt(model.dim()));
        var head = new Head(output, Init.constant(base, output.weight().shape().dim(0)), base);
        head.afterStep();
        return head;
    }

    @Override
    public boolean takesNorm() {
        return false;
    }

    @Override
    public boolean unitEmbeddings() {
        return true;
    }

    /// s_z * (W h), s_z stored as a multiple of `base`.
    private record Head(Linear output, Param scale, float base) implements Layer {
        @Override
        public Tensor forward(Tensor h, Context context) {
            return output.forward(h, context).multiply(scale.value().divide(base));
        }

        @Override
        public void afterStep() {
            NGptBlock.project(output, -1);
        }

        @Override
        public void register(ParameterTree tree) {
            output.register(tree);
            tree.add("scale", scale);
        }
    }
}
