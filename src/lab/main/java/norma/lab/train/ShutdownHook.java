package norma.lab.train;

import java.util.concurrent.CountDownLatch;
import norma.train.Trainer;

/// Lets Ctrl-C end a training run in good order: the process waits until the step under way is done, the checkpoint is written and
/// this is closed.
final class ShutdownHook implements AutoCloseable {
    private final Trainer<?> trainer;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "norma-shutdown");

    ShutdownHook(Trainer<?> trainer) {
        this.trainer = trainer;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void stop() {
        trainer.stop();
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the process is ending already
        }
    }
}
