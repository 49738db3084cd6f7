package norma.embeddings.finetuning;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// How a training with validation went.
///
/// @param epochs what was measured: before the first step, then after each epoch
/// @param best number of the epoch whose weights the model has now
public record Course(List<Epoch> epochs, int best) {

    /// Copies the list.
    public Course {
        epochs = List.copyOf(epochs);
    }

    /// What was measured after an epoch.
    ///
    /// @param number of the epoch; 0 before the first step
    /// @param loss mean over its steps; NaN before the first one
    /// @param validationLoss mean over the batches of the validation examples
    /// @param measures of the validation examples
    public record Epoch(int number, double loss, double validationLoss, SequencedMap<String, Double> measures) {
        /// Copies the map.
        public Epoch {
            measures = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(measures));
        }

        /// What decides whether it is the best.
        public double score() {
            return measures.firstEntry().getValue();
        }
    }
}
