package norma.kernel.contract;

import java.lang.ref.WeakReference;
import java.util.Arrays;

/// The working memory of the kernels on one thread: an array for each [Scratch] that was asked.
///
/// A tape lends the one of its pool to its thread, so threads that compute in turn on one pool share it. Where no tape is open, a
/// thread has one that goes with the next garbage collection, like the results there. No thread is left with a value of a class of
/// ours, which would hold all of them for as long as the thread lives.
public final class Workspace {
    private static final ThreadLocal<Workspace> LENT = new ThreadLocal<>();
    private static final ThreadLocal<WeakReference<Workspace>> UNTAPED = new ThreadLocal<>();

    private Object[] arrays = new Object[64];

    /// Without any array yet.
    public Workspace() {
    }

    /// The workspace of the current thread.
    static Workspace current() {
        Workspace lent = LENT.get();
        return lent == null ? untaped() : lent;
    }

    private static Workspace untaped() {
        WeakReference<Workspace> reference = UNTAPED.get();
        Workspace workspace = reference == null ? null : reference.get();
        if (workspace == null) {
            workspace = new Workspace();
            UNTAPED.set(new WeakReference<>(workspace));
        }
        return workspace;
    }

    /// Makes this the workspace of the current thread.
    public void lend() {
        LENT.set(this);
    }

    /// Takes back what was lent to the current thread.
    public static void takeBack() {
        LENT.remove();
    }

    /// The array with this number; null if there is none yet.
    Object get(int number) {
        return number < arrays.length ? arrays[number] : null;
    }

    void set(int number, Object array) {
        if (number >= arrays.length) {
            arrays = Arrays.copyOf(arrays, 2 * number);
        }
        arrays[number] = array;
    }
}
