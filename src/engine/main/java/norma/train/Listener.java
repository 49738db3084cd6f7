package norma.train;

/// Follows a training run: each method is called when its event happens, on the thread that trains.
public interface Listener {
    /// Does nothing.
    Listener SILENT = new Listener() {};

    /// One optimizer step is done.
    ///
    /// @param step steps done, this one included
    /// @param loss mean over its batches, before the step
    /// @param rate learning rate: the optimizer's, times the factor of the schedule
    /// @param gradientNorm before clipping
    /// @param seconds the step took
    /// @param tokens of its batches, as [Objective#tokens] counts them
    record Step(long step, double loss, double rate, double gradientNorm, double seconds, long tokens) {
    }

    /// A step is done; gradients are cleared.
    default void step(Step step) {
    }

    /// The gradients of the step after `step` are complete, and no parameter has changed yet.
    default void gradients(long step) {
    }

    /// The loss or the gradient of a step is not finite: no parameter has changed, and the run ends.
    ///
    /// @param step the one that was not done
    default void diverged(Step step) {
    }

    /// The validation loss after `step` steps.
    default void validated(long step, double loss) {
    }

    /// This listener and another one, which hears of each event after it.
    default Listener and(Listener other) {
        Listener first = this;
        return new Listener() {
            @Override
            public void step(Step step) {
                first.step(step);
                other.step(step);
            }

            @Override
            public void gradients(long step) {
                first.gradients(step);
                other.gradients(step);
            }

            @Override
            public void diverged(Step step) {
                first.diverged(step);
                other.diverged(step);
            }

            @Override
            public void validated(long step, double loss) {
                first.validated(step, loss);
                other.validated(step, loss);
            }
        };
    }
}
