package norma.nn;

import norma.tensor.Tensor;

/// What a loss makes of its terms, one for each element, row or example.
public enum Reduction {
    /// Their mean, shape (); 0 if there are none.
    MEAN,
    /// Their sum, shape ().
    SUM,
    /// The terms as they are.
    NONE;

    Tensor of(Tensor terms) {
        return switch (this) {
            case MEAN -> terms.sum().divide(Math.max(1, terms.size()));
            case SUM -> terms.sum();
            case NONE -> terms;
        };
    }
}
