package norma.embeddings.tuning;

import java.util.List;
import norma.nn.Part;
import norma.tensor.Tensor;

/// What a model is tuned for: a loss, and the parameters that are changed to make it small.
///
/// @param <E> what it learns from
public interface Objective<E extends Example> extends Part {

    /// The mean loss of a batch, one number.
    Tensor loss(List<E> batch);
}
