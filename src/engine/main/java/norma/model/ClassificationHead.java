package norma.model;

import static norma.tensor.Axes.keepDims;

import norma.nn.Context;
import norma.nn.Identity;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.ParameterTree;
import norma.tensor.Tensor;

/// From the first token's vector x, or the mean of all, to logits of labels: logits = W_2 N(f(W_1 x + b_1)) + b_2. f is tanh for BERT
/// and RoBERTa, ReLU for DistilBERT, GELU for ELECTRA and ModernBERT, which alone has the norm N.
///
/// Shapes: stream (B, T, D), logits (B, labels).
///
/// @param mean whether x is the mean
/// @param dense W_1 and b_1
/// @param tanh whether f is tanh; else dense brings its own
/// @param norm N, or [Identity]
/// @param output W_2 and b_2
public record ClassificationHead(boolean mean, Linear dense, boolean tanh, Layer norm, Linear output) implements Layer {

    /// Of the first token, without a norm.
    public ClassificationHead(Linear dense, boolean tanh, Linear output) {
        this(false, dense, tanh, new Identity(), output);
    }

    @Override
    public Tensor forward(Tensor stream, Context context) {
        Tensor x = (mean ? stream.mean(keepDims(1)) : stream.slice(1, 0, 1)).reshape(stream.dim(0), stream.dim(2));
        Tensor h = dense.forward(x, context);
        return output.forward(norm.forward(tanh ? h.tanh() : h, context), context);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("dense", dense).add("norm", norm).add("output", output);
    }
}
