package norma.kernel;

/// A window that slides along one axis. Output i sees the inputs `i * stride - padding + t * dilation` for each tap t in
/// `[0, size)`; those that lie outside the axis are padding.
///
/// @param size number of taps
/// @param stride inputs from one output to the next
/// @param padding inputs added on either side
/// @param dilation inputs from one tap to the next
/// @param ceil whether a last window counts that reaches beyond the padding, as long as it begins in front of the padding behind
///     the axis; what lies beyond is padding too. The number of outputs is rounded up then
public record Window(int size, int stride, int padding, int dilation, boolean ceil) {

    /// Checks the sizes.
    public Window {
        if (size < 1 || stride < 1 || padding < 0 || dilation < 1) {
            throw new IllegalArgumentException(("Window: size, stride and dilation must be at least 1 and padding at "
                    + "least 0; got size %d, stride %d, padding %d, dilation %d")
                    .formatted(size, stride, padding, dilation));
        }
    }

    /// Neighbouring inputs, step by step, inside the axis.
    public static Window of(int size) {
        return new Window(size, 1, 0, 1, false);
    }

    /// The same with another stride.
    public Window stride(int inputs) {
        return new Window(size, inputs, padding, dilation, ceil);
    }

    /// The same with another padding.
    public Window padding(int inputs) {
        return new Window(size, stride, inputs, dilation, ceil);
    }

    /// The same with another dilation.
    public Window dilation(int inputs) {
        return new Window(size, stride, padding, inputs, ceil);
    }

    /// The same with the number of outputs rounded up or down.
    public Window ceil(boolean up) {
        return new Window(size, stride, padding, dilation, up);
    }

    /// Inputs from the first tap to the last.
    public int reach() {
        return (size - 1) * dilation;
    }

    /// Number of outputs on an axis of `inputs` inputs; less than 1 if the window does not fit.
    public int outputs(int inputs) {
        int room = inputs + 2 * padding - reach() - 1;
        if (!ceil) {
            return Math.floorDiv(room, stride) + 1;
        }
        int last = Math.ceilDiv(room, stride);
        return last * stride < inputs + padding ? last + 1 : last;
    }

    /// The first output whose tap `tap` lies inside an axis of `inputs` inputs, or the number of outputs.
    public int first(int tap, int inputs) {
        return Math.clamp(Math.ceilDiv(padding - tap * dilation, stride), 0, outputs(inputs));
    }

    /// The output after the last whose tap `tap` lies inside an axis of `inputs` inputs.
    public int end(int tap, int inputs) {
        return Math.clamp(Math.ceilDiv(inputs + padding - tap * dilation, stride), first(tap, inputs), outputs(inputs));
    }

    /// The input that a tap of an output sees; outside the axis if it is padding.
    public int input(int output, int tap) {
        return output * stride - padding + tap * dilation;
    }

    /// How many taps of an output lie inside an axis of `inputs` inputs.
    public int inside(int output, int inputs) {
        return between(output, 0, inputs);
    }

    /// How many taps of an output lie inside an axis of `inputs` inputs or its padding: all of them, but for a last window that
    /// reaches beyond.
    public int insidePadded(int output, int inputs) {
        return between(output, -padding, inputs + padding);
    }

    private int between(int output, int from, int to) {
        int count = 0;
        for (int tap = 0; tap < size; tap++) {
            int in = input(output, tap);
            count += in >= from && in < to ? 1 : 0;
        }
        return count;
    }
}
