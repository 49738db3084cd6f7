package norma.nn;

import norma.tensor.Shape;

/// A function that gives a layer its weight: W = f(raw), with parameters of its own. It can be put on any weight, on another
/// reparametrization too, and be materialized:
///
/// ```java
/// Linear learning = linear.with(WeightNorm.of(linear.weight()));
/// Linear learned = learning.with(learning.weight().materialized());
/// ```
public non-sealed interface Reparametrization extends Weight, Parameterized {

    /// The weight that W is made of.
    Weight raw();

    @Override
    default Shape shape() {
        return raw().shape();
    }

    /// To be called outside of training, in which computing the weight may change its running estimates.
    @Override
    default Param materialized() {
        return Param.weight(value().copy());
    }
}
