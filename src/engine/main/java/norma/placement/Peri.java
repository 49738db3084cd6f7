package norma.placement;

import norma.nn.Layer;

/// Peri-LN: norms on both sides of each sublayer as in [Sandwich], and one on the embeddings (Kim et al. 2025, arXiv
/// 2502.02732). The variance of the stream grows with depth in a line, not exponentially; Gemma 2 and OLMo 2 are close to it.
public record Peri() implements Placement {
    @Override
    public Layer around(Layer f, Place place) {
        return new Sandwich().around(f, place);
    }

    @Override
    public Layer entry(Place model) {
        return model.plain("entry", model.dim());
    }

    @Override
    public boolean unitEmbeddings() {
        return true;
    }
}
