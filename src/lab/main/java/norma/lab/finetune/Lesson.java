package norma.lab.finetune;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import norma.embeddings.finetuning.Example;
import norma.embeddings.finetuning.FineTuning;
import norma.embeddings.finetuning.Measured;
import norma.embeddings.finetuning.Split;
import norma.lab.finetune.Rows.Row;
import norma.train.Listener;

/// One kind of training: how rows become examples, what a model does before it is tuned, and which one is tuned.
///
/// @param <E> kind of example
interface Lesson<E extends Example> {

    /// A row as the model reads it.
    ///
    /// @throws IllegalArgumentException if a cell is not what it must be
    E example(Row row);

    /// After how many tokens texts are cut.
    int maxTokens();

    /// What the table calls the model before it is tuned.
    String untunedName();

    /// What the pretrained model can do without being tuned. On vectors that do not learn a head may be trained.
    ///
    /// @param split to learn from, and to measure on after each epoch
    Measured<E> untuned(Split<E> split, long seed, Listener listener) throws IOException;

    /// How many steps it takes to make that.
    default long untunedSteps(int examples) {
        return 0;
    }

    /// The model that is tuned, as it is at first.
    ///
    /// @param untuned what was measured before
    Measured<E> model(Measured<E> untuned, FineTune.Norm norm, FineTuning tuning) throws IOException;

    /// Writes a tuned model.
    void save(Measured<E> model, Path folder) throws IOException;

    /// Whether a norm can take the place of the model's own.
    default boolean allows(FineTune.Norm norm) {
        return true;
    }

    /// What is said of examples before the training.
    ///
    /// @param examples all of them
    default List<String> remarks(List<E> examples) {
        return List.of();
    }
}
