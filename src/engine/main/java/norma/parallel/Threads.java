package norma.parallel;

/// How this library makes threads. None keeps anything alive of whoever happened to be the first to need it: neither values that a
/// thread hands down to those it starts, nor the class loader that belongs to the caller's own work.
public final class Threads {
    private Threads() {
    }

    /// A thread that does not keep the process from ending, not started yet.
    public static Thread daemon(String name, Runnable work) {
        Thread thread = Thread.ofPlatform().daemon().name(name).inheritInheritableThreadLocals(false).unstarted(work);
        thread.setContextClassLoader(Threads.class.getClassLoader());
        return thread;
    }
}
