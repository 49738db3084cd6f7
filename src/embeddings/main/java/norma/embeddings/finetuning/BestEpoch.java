package norma.embeddings.finetuning;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import norma.nn.ParameterTree;
import norma.tensor.BufferPool;
import norma.tensor.Tape;

/// Measures a model after each epoch and keeps the weights of the best one.
final class BestEpoch<E extends Example> {
    private final Measured<E> model;
    private final List<E> validation;
    private final List<List<E>> batches;
    private final BufferPool pool = new BufferPool();
    private final List<Course.Epoch> epochs = new ArrayList<>();
    private final Map<String, float[]> weights = new LinkedHashMap<>();
    private int best;

    BestEpoch(Measured<E> model, List<E> validation, int batch) {
        this.model = model;
        this.validation = validation;
        this.batches = LengthBatching.batches(validation, batch);
    }

    /// Measures the model as it is now.
    ///
    /// @param trainLoss of the epoch that is done
    /// @return its validation loss
    double measure(double trainLoss) {
        var epoch = new Course.Epoch(epochs.size(), trainLoss, loss(), model.measure(validation));
        epochs.add(epoch);
        if (epochs.size() == 1 || isBetter(epoch, epochs.get(best))) {
            best = epoch.number();
            ParameterTree.of(model).params().forEach((name, param) -> weights.put(name, param.value().toArray()));
        }
        return epoch.validationLoss();
    }

    /// By the score; among equal ones, which few examples give soon, by the loss.
    private static boolean isBetter(Course.Epoch one, Course.Epoch other) {
        double difference = comparable(one.score()) - comparable(other.score());
        return difference > 0 || difference == 0 && one.validationLoss() < other.validationLoss();
    }

    /// A correlation with something constant is none.
    private static double comparable(double score) {
        return Double.isNaN(score) ? -Double.MAX_VALUE : score;
    }

    private double loss() {
        double sum = 0;
        for (List<E> batch : batches) {
            try (Tape _ = Tape.inference(pool)) {
                sum += model.loss(batch).item() * batch.size();
            }
        }
        return sum / validation.size();
    }

    /// How many epochs have passed since the best one.
    int since() {
        return epochs.size() - 1 - best;
    }

    /// Gives the model the weights of the best epoch.
    Course restore() {
        ParameterTree.of(model).params().forEach((name, param) -> param.value().set(weights.get(name)));
        return new Course(epochs, best);
    }
}
