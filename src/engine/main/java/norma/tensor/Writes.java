package norma.tensor;

import java.util.concurrent.atomic.AtomicLong;

/// When floats outside of tapes were last written to. All tensors on the same floats share it, so a backward pass can tell that an
/// input is no longer what it was in the forward pass.
final class Writes {
    private static final AtomicLong CLOCK = new AtomicLong();

    private volatile long last;

    /// A moment before all writes that follow.
    static long now() {
        return CLOCK.get();
    }

    void mark() {
        last = CLOCK.incrementAndGet();
    }

    boolean since(long moment) {
        return last > moment;
    }
}
