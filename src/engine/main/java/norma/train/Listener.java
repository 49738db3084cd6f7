package norma.train;

/// What one wants to hear of a training run while it goes on.
public interface Listener {
    /// Hears nothing.
    Listener SILENT = new Listener() {};

    /// One optimizer step is done.
    ///
    /// @param step steps done, this one included
    /// @param loss mean over its batches, before the step
    /// @param rate learning rate
    /// @param gradientNorm before clipping
    /// @param seconds the step took
    /// @param tokens it read
    record Step(long step, double loss, double rate, double gradientNorm, double seconds, long tokens) {
    }

    /// A step is done; gradients are cleared.
    default void step(Step step) {
    }

    /// Gradients are there and the parameters still what they were: the moment to look at them.
    default void gradients(long step) {
    }

    /// The validation loss after `step` steps.
    default void validated(long step, double loss) {
    }
}
