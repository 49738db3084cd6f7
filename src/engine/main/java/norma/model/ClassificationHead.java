package norma.model;

import norma.nn.Context;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.ParameterTree;
import norma.tensor.Tensor;

/// From the first token's vector to logits of labels: logits = W_2 f(W_1 x + b_1) + b_2. f is tanh for BERT and RoBERTa, ReLU for
/// DistilBERT.
///
/// Shapes: stream (B, T, D), logits (B, labels).
///
/// @param dense W_1 and b_1
/// @param tanh whether f is tanh; else dense brings its own
/// @param output W_2 and b_2
public record ClassificationHead(Linear dense, boolean tanh, Linear output) implements Layer {

    @Override
    public Tensor forward(Tensor stream, Context context) {
        Tensor first = stream.slice(1, 0, 1).reshape(stream.dim(0), stream.dim(2));
        Tensor h = dense.forward(first, context);
        return output.forward(tanh ? h.tanh() : h, context);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("dense", dense).add("output", output);
    }
}
