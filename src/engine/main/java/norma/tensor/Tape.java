package norma.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import norma.kernel.Floats;
import norma.kernel.SplitMix;
import norma.kernel.contract.Workspace;

/// One step: the operations done since it was opened, in order; the buffers of their results; the step's random seed.
///
/// ```java
/// try (Tape tape = Tape.training()) {   // another dropout mask each time
///     Tensor loss = model.loss(batch);
///     tape.backward(loss);              // adds to the gradient of every variable
/// }                                     // the buffers of all results are free for the next step
/// ```
///
/// A tape belongs to the thread that opened it and is its current one until it is closed; tapes nest. Operations record
/// themselves on the current tape if one of their inputs is tracked. Gradients don't flow from tape to tape: on an inner
/// tape, results of an outer one must be detached. Without a tape nothing is recorded and results are ordinary garbage.
/// Buffers come from a given pool, or from that of the tape around it, or from one that waits, which keeps what the largest step needed.
public final class Tape implements AutoCloseable {
    private static final ThreadLocal<Tape> CURRENT = new ThreadLocal<>();

    /// More open tapes than nesting explains.
    private static final int DEEPEST = 64;

    private final Tape outer = CURRENT.get();
    private final BufferPool pool;
    private final boolean spare;
    private final boolean training;
    private final boolean records;
    private final long seed;
    private final List<TapeEntry> entries = new ArrayList<>();
    private final List<float[]> acquired = new ArrayList<>();
    private GradientBuffers gradients;
    private final int depth = outer == null ? 1 : outer.depth + 1;
    private long lastRecord = System.nanoTime();
    private long keys;
    private boolean recording;
    private boolean pulledBack;
    private boolean closed;

    /// @param given pool; null for that of the tape around it, or for a spare one
    private Tape(BufferPool given, boolean training, boolean records, long seed) {
        this.training = training;
        this.records = records;
        this.recording = records;
        this.seed = seed;
        requireNoneAbandoned();
        this.spare = given == null && outer == null;
        this.pool = spare ? SparePools.take() : given == null ? outer.pool : given;
        pool.tapeOpened();
        pool.workspace().lend();
        CURRENT.set(this);
    }

    /// A loop that forgets to close its tapes would use up the memory, step after step.
    private void requireNoneAbandoned() {
        if (outer != null && training && outer.training && outer.pulledBack) {
            throw new IllegalStateException(
                    ("Tape: each training tape must be closed before the next one is opened; one with %d operations, whose backward "
                            + "pass is done, is still open on this thread; write try (Tape tape = Tape.training()) { ... }")
                            .formatted(outer.entries.size()));
        }
        if (depth > DEEPEST) {
            throw new IllegalStateException(
                    "Tape: must be closed; %d are open on this thread; write try (Tape _ = Tape.inference()) { ... }"
                            .formatted(outer.depth));
        }
    }

    /// Opens a tape that records, with dropout on, on buffers that others have given back.
    ///
    /// Each call has another seed ([Seed#next]), so each step draws other random numbers, and each run of a program the same.
    public static Tape training() {
        return training(Seed.next());
    }

    /// Opens a tape that records, with dropout on, on buffers that others have given back.
    ///
    /// @param seed of everything random in this step; the same one draws the same mask
    public static Tape training(long seed) {
        return new Tape(null, true, true, seed);
    }

    /// Opens a tape that records, with dropout on.
    ///
    /// @param pool where the buffers of results come from and go back to
    /// @param seed of everything random in this step
    public static Tape training(BufferPool pool, long seed) {
        return new Tape(pool, true, true, seed);
    }

    /// Opens a tape that records, with layers as they are in use: no dropout, running statistics instead of those of the batch.
    /// For gradients of a model that is not to change, and for tuning one whose statistics are frozen.
    public static Tape evaluation() {
        return new Tape(null, false, true, 0);
    }

    /// The same on buffers of a pool.
    public static Tape evaluation(BufferPool pool) {
        return new Tape(pool, false, true, 0);
    }

    /// Opens a tape that records nothing, with layers as they are in use: it only owns the buffers of the results.
    public static Tape inference() {
        return new Tape(null, false, false, 0);
    }

    /// The same on buffers of a pool.
    public static Tape inference(BufferPool pool) {
        return new Tape(pool, false, false, 0);
    }

    /// The innermost tape that is open on this thread.
    public static Optional<Tape> current() {
        return Optional.ofNullable(CURRENT.get());
    }

    /// Whether a training tape is open on this thread: what layers ask that behave differently in training, such as dropout.
    public static boolean isTraining() {
        Tape tape = CURRENT.get();
        return tape != null && tape.training;
    }

    /// A key for one random operation of this step; the n-th call on a tape of the same seed gives the same key.
    public long nextKey() {
        return SplitMix.at(seed, keys++);
    }

    // ---- Recording ----

    /// Puts an operation on the current tape, if there is one and an input is tracked.
    ///
    /// @param y the operation's result, from [Tensor#empty(Shape)]
    /// @return y
    public static Tensor record(Op op, Tensor y) {
        Tape tape = CURRENT.get();
        if (tape == null || tape.recording) {
            Tensor[] inputs = op.inputs();
            if (tape != null && tape.tracks(op, inputs)) {
                tape.add(op, inputs, y);
            } else {
                noteUntaped(inputs, y);
            }
        }
        return y;
    }

    private void add(Op op, Tensor[] inputs, Tensor y) {
        y.made(op, entries.size());
        long now = System.nanoTime();
        entries.add(new TapeEntry(op, inputs, y, now - lastRecord));
        lastRecord = now;
    }

    /// Remembers of a result that it depends on a variable and that no tape has recorded how.
    private static void noteUntaped(Tensor[] inputs, Tensor y) {
        for (Tensor input : inputs) {
            if (input.tracked() || input.untaped()) {
                y.markUntaped();
            }
        }
    }

    /// Whether an operation on x would be put on the current tape: what only its backward pass needs is needed then.
    public static boolean records(Tensor x) {
        Tape tape = CURRENT.get();
        return tape != null && tape.recording && x.tracked();
    }

    /// Whether an input is tracked. Results of other tapes are refused: their gradients would be lost in silence.
    private boolean tracks(Op op, Tensor[] inputs) {
        boolean tracked = false;
        for (Tensor input : inputs) {
            if (input.position() >= 0 && !made(input)) {
                throw new IllegalStateException(
                        ("%s: inputs that were recorded must be on the tape that is open now; got %s "
                                + "of another one; detach() it to use it as a constant")
                                .formatted(op.name(), input.describe()));
            }
            tracked |= input.tracked();
        }
        return tracked;
    }

    /// Whether an operation on this tape made x.
    private boolean made(Tensor x) {
        return x.position() >= 0 && x.position() < entries.size() && entries.get(x.position()).output == x;
    }

    // ---- The backward pass ----

    /// Adds d loss / d v to the gradient of every variable v that the loss depends on.
    ///
    /// The buffer of an intermediate result's gradient goes back to the pool as soon as the gradient is used.
    ///
    /// @param loss one element
    public void backward(Tensor loss) {
        requireCurrent();
        requireLoss(loss);
        pulledBack = true;
        recording = false;
        try (var pending = new GradientBuffers(pool, entries.size())) {
            gradients = pending;
            pending.start(loss);
            for (int i = loss.position(); i >= 0; i--) {
                if (pending.has(i)) {
                    pullBack(entries.get(i));
                }
            }
        } finally {
            gradients = null;
            recording = records;
        }
    }

    private void requireLoss(Tensor loss) {
        String fault = loss.size() != 1 ? "sum or average it?"
                : !records ? "this tape records nothing; open it with Tape.training()"
                        : loss.untaped()
                                ? "no tape was open when it was computed; open the tape first, then compute the loss"
                                : !loss.tracked() ? "it depends on no variable; detached, or made of constants?"
                                        : loss.position() >= 0 && !made(loss) ? "it was made on another tape" : "";
        if (!fault.isEmpty()) {
            throw new IllegalArgumentException(
                    "Tape.backward: the loss must be one element that depends, on this tape, on a variable; got %s; %s"
                            .formatted(loss.describe(), fault));
        }
    }

    /// The chain rule: from the gradient of an operation's result to those of its inputs.
    private void pullBack(TapeEntry entry) {
        long start = System.nanoTime();
        gradients.reuseCleared(entry.inputs);
        gradients.add(entry.inputs, entry.backward(gradients.of(entry.output)));
        gradients.finish(entry.output);
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
                    "Tape.gradients: y must be one element, made on this tape; got " + y.describe() + "; sum it?");
        }
        return new RecordedBackward(entries).gradients(y, Tensor.full(y.shape(), 1), 0, xs);
    }

    // ---- Buffers ----

    /// Floats with undefined contents that live until this tape is closed; in a backward pass, until the gradient in them is
    /// used up.
    Floats allocate(int length) {
        if (gradients != null) {
            return new Floats(gradients.acquire(length), 0, length);
        }
        float[] array = pool.acquire(length);
        acquired.add(array);
        return new Floats(array, 0, length);
    }

    /// Whether the tape is closed, so that its tensors are gone.
    boolean closed() {
        return closed;
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

    /// Releases the buffers of all results. Tensors of this tape can't be used any more; copy those that must live on.
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
        leave();
        pool.tapeClosed();
        acquired.forEach(pool::release);
        acquired.clear();
        entries.clear();
        if (spare) {
            SparePools.giveBack(pool);
        }
    }

    /// Leaves the thread as it was before this tape: behind the outermost one nothing stays there.
    private void leave() {
        if (outer == null) {
            CURRENT.remove();
            Workspace.takeBack();
        } else {
            CURRENT.set(outer);
            outer.pool.workspace().lend();
        }
    }

    // ---- A look at it ----

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
