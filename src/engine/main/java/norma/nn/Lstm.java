package norma.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000): a state c that
/// each step forgets a part of and adds to, and an output h.
///
///     [i f g o] = W x_t + b + U h + d          four gates, each of H, one after the other
///     c' = sigmoid(f) c + sigmoid(i) tanh(g)
///     h' = sigmoid(o) tanh(c')
///
/// It is written for reading and for short sequences: a step is some ten operations in tensor algebra. Layers one upon
/// the other are a [Sequential]. Padding behind a sequence changes none of its outputs, though it does change the last
/// state.
///
/// Shapes: x (B, T, D), the sequence of outputs (B, T, H), h and c (B, H), W (4 H, D), U (4 H, H). In PyTorch W, b, U
/// and d are called `weight_ih_l0`, `bias_ih_l0`, `weight_hh_l0` and `bias_hh_l0`; the order of the gates is the same.
///
/// @param input W and b
/// @param hidden U and d
public record Lstm(Linear input, Linear hidden) implements Layer {

    /// What a sequence leaves behind.
    ///
    /// @param h the last output, (B, H)
    /// @param c the memory, (B, H)
    public record State(Tensor h, Tensor c) {
    }

    /// The outputs of all steps and the last state.
    ///
    /// @param sequence (B, T, H)
    /// @param last the state after the last step
    public record Result(Tensor sequence, State last) {
    }

    /// A layer with the first values of [#of(Init, int, int)], of the thread's next seed.
    public static Lstm of(int in, int size) {
        return of(Init.next(), in, size);
    }

    /// Weights uniform as of Glorot & Bengio 2010, b of zeros but for ones at the forget gate, which keep the memory at
    /// first (Jozefowicz et al. 2015), d of zeros.
    public static Lstm of(Init init, int in, int size) {
        float[] bias = new float[4 * size];
        Arrays.fill(bias, size, 2 * size, 1);
        return new Lstm(
                Linear.of(init.at("input").xavier("weight", 1, 4 * size, in),
                        Param.noDecay(Tensor.adopt(Shape.of(4 * size), bias))),
                Linear.of(init.at("hidden").xavier("weight", 1, 4 * size, size), Init.constant(0, 4 * size)));
    }

    /// H
    public int size() {
        return hidden.weight().shape().dim(1);
    }

    /// The outputs of all steps, from a state of zeros.
    @Override
    public Tensor forward(Tensor x, Context context) {
        return run(Recurrence.steps("Lstm", input, x, context), zeros(x)).sequence();
    }

    /// Outputs and last state, from a state of zeros.
    public Result run(Tensor x) {
        return run(Recurrence.steps("Lstm", input, x, Context.NONE), zeros(x));
    }

    /// Outputs and last state, going on from a state.
    public Result run(Tensor x, State state) {
        List<Tensor> steps = Recurrence.steps("Lstm", input, x, Context.NONE);
        Recurrence.requireState("Lstm", state.h, x.dim(0), size());
        Recurrence.requireState("Lstm", state.c, x.dim(0), size());
        return run(steps, state);
    }

    private State zeros(Tensor x) {
        return new State(Tensor.zeros(x.dim(0), size()), Tensor.zeros(x.dim(0), size()));
    }

    private Result run(List<Tensor> steps, State first) {
        var outputs = new ArrayList<Tensor>(steps.size());
        State state = first;
        for (Tensor step : steps) {
            state = next(step.add(hidden.forward(state.h)), state.c);
            outputs.add(state.h);
        }
        return new Result(Recurrence.sequence(outputs), state);
    }

    private static State next(Tensor gates, Tensor c) {
        Tensor[] ifgo = gates.chunk(1, 4);
        Tensor next = ifgo[1].sigmoid().multiply(c).add(ifgo[0].sigmoid().multiply(ifgo[2].tanh()));
        return new State(ifgo[3].sigmoid().multiply(next.tanh()), next);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("input", input).add("hidden", hidden);
    }
}
