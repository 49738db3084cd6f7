package norma.tensor;

import java.util.Locale;
import java.util.StringJoiner;

/// An operation on a tape, its result, and how long both ways took: a row of the table that a tape shows.
final class TapeEntry {
    static final String HEADINGS = "%4s  %-20s %-18s %-40s %10s %8s %8s%n"
            .formatted("#", "op", "result", "inputs", "bytes", "fwd ms", "bwd ms");

    final Op op;
    final Tensor[] inputs;
    final Tensor output;
    private final long recorded = Writes.now();
    private final long forwardNanos;
    private long backwardNanos;

    TapeEntry(Op op, Tensor[] inputs, Tensor output, long forwardNanos) {
        this.op = op;
        this.inputs = inputs;
        this.output = output;
        this.forwardNanos = forwardNanos;
    }

    /// Gradients of the operation's inputs, empty where there is none.
    Tensor[] backward(Tensor dy) {
        requireUnchanged();
        Tensor[] dx = op.backward(dy);
        for (int k = 0; k < inputs.length; k++) {
            if (dx[k] != null && inputs[k].tracked() && !inputs[k].shape().equals(dx[k].shape())) {
                throw new IllegalStateException("%s.backward: the gradient of an input must have its shape %s; got %s"
                        .formatted(op.name(), inputs[k].shape(), dx[k].shape()));
            }
        }
        return dx;
    }

    /// Checks that nobody has written to an input since: the gradient would be one of neither the old numbers nor the new.
    void requireUnchanged() {
        for (Tensor input : inputs) {
            if (input.writtenSince(recorded)) {
                throw new IllegalStateException(
                        ("%s.backward: its inputs must be as they were in the forward pass; %s was written to since, by an optimizer's "
                                + "step or by set(); finish the backward passes first, or compute the loss again")
                                .formatted(op.name(), input.describe()));
            }
        }
    }

    void backwardTook(long nanos) {
        backwardNanos = nanos;
    }

    String row() {
        var shapes = new StringJoiner(" ");
        for (Tensor input : inputs) {
            shapes.add((input.position() < 0 ? "" : "#" + input.position()) + input.shape());
        }
        return String.format(Locale.ROOT, "%4d  %-20s %-18s %-40s %10d %8.3f %8.3f%n", output.position(), op.name(),
                output.shape(), shapes, 4L * output.size(), forwardNanos / 1e6, backwardNanos / 1e6);
    }
}
