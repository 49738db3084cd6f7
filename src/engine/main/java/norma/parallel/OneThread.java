package norma.parallel;

/// Notices when two threads use at the same time what serves one only. The same thread may enter more than once.
public final class OneThread {
    private Thread inside;
    private int entries;

    /// Nobody is inside.
    public OneThread() {
    }

    /// Begins a use by the current thread.
    ///
    /// @param rule who says so and what must hold, for the error
    /// @param advice what to do instead
    public synchronized void enter(String rule, String advice) {
        Thread current = Thread.currentThread();
        if (entries > 0 && inside != current) {
            throw new IllegalStateException(
                    "%s; thread %s uses it and thread %s tries to; %s".formatted(rule, name(inside), name(current),
                            advice));
        }
        inside = current;
        entries++;
    }

    /// Ends a use.
    public synchronized void leave() {
        if (--entries == 0) {
            inside = null;
        }
    }

    private static String name(Thread thread) {
        return thread.getName().isEmpty() ? "#" + thread.threadId() : thread.getName();
    }
}
