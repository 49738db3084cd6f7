package norma.tensor;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import norma.backend.Backend;
import norma.kernel.Floats;
import norma.kernel.SplitMix;

/// One step: the operations done since it was opened, in order; the memory of their results; the step's random seed.
///
/// ```java
/// try (Tape tape = Tape.training(memory, seed)) {
///     Tensor loss = model.loss(batch);
///     tape.backward(loss);              // adds to the gradient of every variable
/// }                                     // all results go back to the memory
/// ```
///
/// A tape belongs to the thread that opened it and is its current one until it is closed; tapes nest. Operations record
/// themselves on the current tape if one of their inputs is tracked. Gradients don't flow from tape to tape: on an inner
/// tape, results of an outer one must be detached. Without a tape nothing is recorded and results are ordinary garbage.
public final class Tape implements AutoCloseable {
    private static final ThreadLocal<Tape> CURRENT = new ThreadLocal<>();

    private final BufferPool memory;
    private final boolean training;
    private final boolean records;
    private final long seed;
    private final Tape outer = CURRENT.get();
    private final List<TapeEntry> entries = new ArrayList<>();
    private final List<float[]> taken = new ArrayList<>();
    private GradientBuffers pending;
    private long lastRecord = System.nanoTime();
    private long keys;
    private boolean recording;
    private boolean closed;

    private Tape(BufferPool memory, boolean training, boolean records, long seed) {
        this.memory = memory;
        this.training = training;
        this.records = records;
        this.recording = records;
        this.seed = seed;
        CURRENT.set(this);
    }

    /// Opens a tape that records, with dropout on.
    ///
    /// @param memory where results come from and go back to
    /// @param seed of everything random in this step
    public static Tape training(BufferPool memory, long seed) {
        return new Tape(memory, true, true, seed);
    }

    /// Opens a tape that records, with layers as they are in use: no dropout, running statistics instead of those of the batch.
    /// For gradients of a model that is not to change, and for tuning one whose statistics are frozen.
    public static Tape evaluation(BufferPool memory) {
        return new Tape(memory, false, true, 0);
    }

    /// Opens a tape that records nothing, with layers as they are in use: it only owns the memory of the results.
    public static Tape inference(BufferPool memory) {
        return new Tape(memory, false, false, 0);
    }

    /// The innermost tape that is open on this thread.
    public static Optional<Tape> current() {
        return Optional.ofNullable(CURRENT.get());
    }

    /// Whether a training tape is open on this thread: what layers ask that behave differently in training.
    public static boolean isTraining() {
        Tape tape = CURRENT.get();
        return tape != null && tape.training;
    }

    /// Whether layers that behave differently in training (dropout) do so.
    public boolean training() {
        return training;
    }

    /// Whether the tape is closed, so that its tensors are gone.
    boolean closed() {
        return closed;
    }

    /// A key for one random operation of this step; the n-th call on a tape of the same seed gives the same key.
    public long nextKey() {
        return SplitMix.at(seed, keys++);
    }

    /// Puts an operation on the current tape, if there is one and an input is tracked.
    ///
    /// @param y the operation's result, from [Tensor#empty(Shape)]
    /// @return y
    public static Tensor record(Op op, Tensor y) {
        Tape tape = CURRENT.get();
        if (tape != null && tape.recording && tape.tracks(op)) {
            y.made(op, tape.entries.size());
            long now = System.nanoTime();
            tape.entries.add(new TapeEntry(op, y, now - tape.lastRecord));
            tape.lastRecord = now;
        }
        return y;
    }

    /// Whether an operation on x would be put on the current tape: what only its backward pass needs is needed then.
    public static boolean records(Tensor x) {
        Tape tape = CURRENT.get();
        return tape != null && tape.recording && x.tracked();
    }

    /// Whether an input is tracked. Results of other tapes are refused: their gradients would be lost in silence.
    private boolean tracks(Op op) {
        boolean tracked = false;
        for (Tensor input : op.inputs()) {
            if (input.position() >= 0 && !made(input)) {
                throw new IllegalStateException(
                        ("%s: inputs that were recorded must be on the tape that is open now; got %s "
                                + "of another one; detach() it to use it as a constant").formatted(op.name(), input));
            }
            tracked |= input.tracked();
        }
        return tracked;
    }

    /// Whether an operation on this tape made x.
    private boolean made(Tensor x) {
        return x.position() >= 0 && x.position() < entries.size() && entries.get(x.position()).output == x;
    }

    /// Floats with undefined contents that live until this tape is closed; in a backward pass, until the gradient in them is
    /// used up.
    Floats allocate(int length) {
        if (pending != null) {
            return new Floats(pending.take(length), 0, length);
        }
        float[] array = memory.take(length);
        taken.add(array);
        return new Floats(array, 0, length);
    }

    /// Adds d loss / d v to the gradient of every variable v that the loss depends on.
    ///
    /// Gradients of intermediate results are given back as soon as they are used.
    ///
    /// @param loss one element
    public void backward(Tensor loss) {
        requireCurrent();
        if (loss.size() != 1 || !loss.tracked() || loss.position() >= 0 && !made(loss)) {
            throw new IllegalArgumentException(
                    ("Tape.backward: the loss must be one element that depends, on this tape, on a "
                            + "variable; got %s; sum or average it?").formatted(loss));
        }
        recording = false;
        try (var gradients = new GradientBuffers(memory, entries.size())) {
            pending = gradients;
            gradients.add(new Tensor[] {loss}, new Tensor[] {Tensor.one(loss.shape())});
            gradients.endTurn();
            for (int i = loss.position(); i >= 0; i--) {
                if (gradients.of(i) != null) {
                    pullBack(entries.get(i), gradients);
                }
            }
        } finally {
            pending = null;
            recording = records;
        }
    }

    /// The chain rule: from the gradient of an operation's result to those of its inputs.
    private static void pullBack(TapeEntry entry, GradientBuffers gradients) {
        long start = System.nanoTime();
        int position = entry.output.position();
        Tensor[] inputs = entry.op.inputs();
        gradients.reuseCleared(inputs);
        Tensor[] dx = entry.op.backward(gradients.of(position));
        requireShapes(entry.op, inputs, dx);
        gradients.add(inputs, dx);
        gradients.done(position);
        entry.backwardTook(System.nanoTime() - start);
    }

    /// d y / d x for each x, as tensors on this tape that can be differentiated again, to any order.
    ///
    /// @param y one element
    /// @param xs variables or results on this tape
    public Tensor[] gradients(Tensor y, Tensor... xs) {
        requireCurrent();
        if (!recording) {
            throw new IllegalStateException("Tape.gradients: this tape records nothing; open it with Tape.training");
        }
        if (y.size() != 1 || y.position() >= 0 && !made(y)) {
            throw new IllegalArgumentException(
                    "Tape.gradients: y must be one element, made on this tape; got " + y + "; sum it?");
        }
        return pullBack(y, Tensor.full(y.shape(), 1), 0, xs);
    }

    /// Gradients of y for xs along the entries from `first` on, recorded. Fused operations go through their definition.
    private Tensor[] pullBack(Tensor y, Tensor seed, int first, Tensor[] xs) {
        Map<Tensor, Tensor> gradients = new IdentityHashMap<>();
        gradients.put(y, seed);
        for (int i = y.position(); i >= first; i--) {
            TapeEntry entry = entries.get(i);
            Tensor dy = gradients.get(entry.output);
            if (dy == null) {
                continue;
            }
            Tensor[] inputs = entry.op.inputs();
            Tensor[] dx = switch (entry.op) {
                case Op.Fused fused -> {
                    int mark = entries.size();
                    yield once(inputs, pullBack(fused.definition(), dy, mark, inputs));
                }
                case Op op -> op.backward(dy);
            };
            requireShapes(entry.op, inputs, dx);
            for (int k = 0; k < inputs.length; k++) {
                if (dx[k] != null && inputs[k].tracked()) {
                    gradients.merge(inputs[k], dx[k], Tensor::add);
                }
            }
        }
        Tensor[] found = new Tensor[xs.length];
        for (int i = 0; i < xs.length; i++) {
            Tensor gradient = gradients.get(xs[i]);
            found[i] = gradient != null ? gradient : Tensor.full(xs[i].shape(), 0);
        }
        return found;
    }

    /// A tensor that is several inputs has its whole gradient at the first of them, and none at the others.
    private static Tensor[] once(Tensor[] inputs, Tensor[] gradients) {
        for (int k = 1; k < inputs.length; k++) {
            for (int first = 0; first < k; first++) {
                if (inputs[first] == inputs[k]) {
                    gradients[k] = null;
                }
            }
        }
        return gradients;
    }

    private static void requireShapes(Op op, Tensor[] inputs, Tensor[] dx) {
        for (int k = 0; k < inputs.length; k++) {
            if (dx[k] != null && inputs[k].tracked() && !inputs[k].shape().equals(dx[k].shape())) {
                throw new IllegalStateException("%s.backward: the gradient of an input must have its shape %s; got %s"
                        .formatted(op.name(), inputs[k].shape(), dx[k].shape()));
            }
        }
    }

    private void requireCurrent() {
        if (closed) {
            throw new IllegalStateException("Tape: closed; its results are gone; do this before closing it");
        }
        if (CURRENT.get() != this) {
            throw new IllegalStateException(
                    "Tape: must be the innermost one of this thread; close those opened since first");
        }
    }

    /// Gives the memory of all results back. Tensors of this tape can't be used any more; copy those that must live on.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (CURRENT.get() != this) {
            throw new IllegalStateException(
                    "Tape: must be closed on the thread that opened it, after the tapes opened since");
        }
        closed = true;
        CURRENT.set(outer);
        taken.forEach(memory::give);
        taken.clear();
        entries.clear();
    }

    /// Shows each operation with its result, in the order in which they were recorded.
    public void forEach(BiConsumer<Op, Tensor> visitor) {
        for (TapeEntry entry : List.copyOf(entries)) {
            visitor.accept(entry.op, entry.output);
        }
    }

    /// A table of the operations: result, inputs, bytes of the result, milliseconds forward and backward.
    ///
    /// The forward time of an operation is the time since the one before it was recorded.
    @Override
    public String toString() {
        var text = new StringBuilder(TapeEntry.HEADINGS);
        entries.forEach(entry -> text.append(entry.row()));
        return text.toString();
    }
}
