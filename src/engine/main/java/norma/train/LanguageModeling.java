package norma.train;

import norma.data.TokenWindows.Batch;
import norma.model.Gpt;
import norma.nn.ParameterTree;
import norma.tensor.Tensor;

/// Prediction of the next token: mean cross entropy in nats per token.
///
/// @param model to train; its parameters keep their names
/// @param description of the model, for checkpoints
public record LanguageModeling(Gpt model, String description) implements Objective<Batch> {

    /// Without a description: checkpoints are told apart by their tensors alone.
    public LanguageModeling(Gpt model) {
        this(model, "");
    }

    @Override
    public Tensor loss(Batch batch) {
        return model.loss(batch.inputs(), batch.targets());
    }

    @Override
    public void prepare(Batch first) {
        model.prepare(first.inputs());
    }

    @Override
    public long tokens(Batch batch) {
        return batch.inputs().shape().size();
    }

    @Override
    public void register(ParameterTree tree) {
        tree.addAll(model);
    }
}
