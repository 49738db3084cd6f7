package norma.nn;

import java.util.ArrayList;
import java.util.List;
import norma.tensor.Tensor;

/// Gated recurrent unit (Cho et al. 2014, arXiv 1406.1078; with the reset gate behind the product, as in cuDNN and
/// PyTorch): a state h that each step replaces a part of.
///
///     [r z n] = W x_t + b,  [r' z' n'] = U h + d          three gates, each of H, one after the other
///     m  = tanh(n + sigmoid(r + r') n')
///     h' = (1 - s) m + s h  with s = sigmoid(z + z')
///
/// It is written for reading and for short sequences: a step is some ten operations in tensor algebra. Layers one upon
/// the other are a [Sequential]. Padding behind a sequence changes none of its outputs, though it does change the last
/// state.
///
/// Shapes: x (B, T, D), the sequence of outputs (B, T, H), h (B, H), W (3 H, D), U (3 H, H). In PyTorch W, b, U and d
/// are called `weight_ih_l0`, `bias_ih_l0`, `weight_hh_l0` and `bias_hh_l0`; the order of the gates is the same.
///
/// @param input W and b
/// @param hidden U and d
public record Gru(Linear input, Linear hidden) implements Layer {

    /// The outputs of all steps and the last one.
    ///
    /// @param sequence (B, T, H)
    /// @param last the state after the last step, (B, H)
    public record Result(Tensor sequence, Tensor last) {
    }

    /// A layer with the first values of [#of(Init, int, int)], of the thread's next seed.
    public static Gru of(int in, int size) {
        return of(Init.next(), in, size);
    }

    /// Weights uniform as of Glorot & Bengio 2010, b and d of zeros.
    public static Gru of(Init init, int in, int size) {
        return new Gru(
                Linear.of(init.at("input").xavier("weight", 1, 3 * size, in), Init.constant(0, 3 * size)),
                Linear.of(init.at("hidden").xavier("weight", 1, 3 * size, size), Init.constant(0, 3 * size)));
    }

    /// H
    public int size() {
        return hidden.weight().shape().dim(1);
    }

    /// The outputs of all steps, from a state of zeros.
    @Override
    public Tensor forward(Tensor x, Context context) {
        return run(Recurrence.steps("Gru", input, x, context), Tensor.zeros(x.dim(0), size())).sequence();
    }

    /// Outputs and last state, from a state of zeros.
    public Result run(Tensor x) {
        return run(Recurrence.steps("Gru", input, x, Context.NONE), Tensor.zeros(x.dim(0), size()));
    }

    /// Outputs and last state, going on from a state.
    public Result run(Tensor x, Tensor state) {
        List<Tensor> steps = Recurrence.steps("Gru", input, x, Context.NONE);
        Recurrence.requireState("Gru", state, x.dim(0), size());
        return run(steps, state);
    }

    private Result run(List<Tensor> steps, Tensor first) {
        var outputs = new ArrayList<Tensor>(steps.size());
        Tensor h = first;
        for (Tensor step : steps) {
            h = next(step, hidden.forward(h), h);
            outputs.add(h);
        }
        return new Result(Recurrence.sequence(outputs), h);
    }

    private static Tensor next(Tensor ofInput, Tensor ofState, Tensor h) {
        Tensor[] a = ofInput.chunk(1, 3), b = ofState.chunk(1, 3);
        Tensor reset = a[0].add(b[0]).sigmoid(), keep = a[1].add(b[1]).sigmoid();
        Tensor fresh = a[2].add(reset.multiply(b[2])).tanh();
        return fresh.add(keep.multiply(h.subtract(fresh)));
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("input", input).add("hidden", hidden);
    }
}
