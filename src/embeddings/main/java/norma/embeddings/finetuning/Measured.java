package norma.embeddings.finetuning;

import java.util.List;
import java.util.SequencedMap;
import norma.train.Objective;

/// An objective that can say how good its model is on examples that it did not learn from.
///
/// @param <E> kind of example
public interface Measured<E extends Example> extends Objective<List<E>> {

    /// Figures by name, all the better the larger they are. The first one decides which epoch is the best.
    ///
    /// @param examples at least one
    SequencedMap<String, Double> measure(List<E> examples);

    @Override
    default long tokens(List<E> batch) {
        return Example.tokens(batch);
    }
}
