package norma.nn;

import norma.tensor.Tensor;

/// A learned factor for each of H equal runs of the last axis: y[..., h, j] = c_h x[..., h, j].
///
/// Shleifer, Weston & Ott 2021, NormFormer, arXiv 2110.09456, section 2.
///
/// @param factors c (H), ones at first
/// @param site where in the attention it stands
public record HeadScale(Param factors, Site site) implements Layer {

    /// Where the factors stand.
    public enum Site {
        /// On the heads, before they are mixed: the paper's form.
        BEFORE_OUT_PROJ,
        /// On H runs of output channels after the heads are mixed: what fairseq's code does.
        AFTER_OUT_PROJ
    }

    /// Factors of one.
    public static HeadScale of(int heads, Site site) {
        return new HeadScale(Init.constant(1, heads), site);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        int heads = factors.value().size();
        Tensor split = x.reshape(x.shape().without(-1).append(heads, x.dim(-1) / heads));
        return split.multiply(factors.value().reshape(heads, 1)).reshape(x.shape());
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("factors", factors);
    }
}
