package norma.parallel;

import java.util.function.BooleanSupplier;

/// Waits that an interrupt does not end, as it would not end the computation that is waited for. The thread is interrupted again
/// afterwards.
final class Uninterrupted {

    /// One wait, which may end early.
    interface Wait {
        void once() throws InterruptedException;
    }

    private Uninterrupted() {
    }

    static void until(BooleanSupplier done, Wait wait) {
        boolean interrupted = false;
        while (!done.getAsBoolean()) {
            try {
                wait.once();
                interrupted |= Thread.interrupted();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
