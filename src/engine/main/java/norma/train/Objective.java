package norma.train;

import java.util.function.Function;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.tensor.Tensor;

/// What training minimizes: a loss of batches, and the parameters that are learned for it, which it lists.
///
/// ```java
/// Objective<Pair> regression = Objective.of(mlp, pair -> mlp.forward(pair.x()).subtract(pair.y()).square().mean());
/// ```
///
/// @param <B> a batch
public interface Objective<B> extends Parameterized {

    /// The mean loss of a batch, one element.
    Tensor loss(B batch);

    /// Sets initial values that depend on data. [Trainer] calls it before the first step, on a tape that records nothing.
    ///
    /// @param first the batch of the first step
    default void prepare(B first) {
        // most initial values depend on nothing
    }

    /// Whether a parameter that is listed stays as it is; the optimizer must have all that don't, and no others.
    ///
    /// @param parameter its name in the list
    default boolean frozen(String parameter) {
        return false;
    }

    /// How many tokens a batch has, for listeners that measure throughput; 0 where nothing is counted.
    default long tokens(B batch) {
        return 0;
    }

    /// The choices that made the model. A checkpoint keeps the text, and a run goes on only where it is the same.
    default String description() {
        return "";
    }

    /// An objective of a model and a loss.
    ///
    /// @param model lists the parameters, under the names that checkpoints have
    static <B> Objective<B> of(Parameterized model, Function<? super B, Tensor> loss) {
        return new Objective<>() {
            @Override
            public Tensor loss(B batch) {
                return loss.apply(batch);
            }

            @Override
            public void register(ParameterTree tree) {
                tree.addAll(model);
            }
        };
    }
}
