package norma.tornado.code;

/// Copies between the slab and what the host sees, and a look at how kernels run. These are kernels of the device itself, so
/// they are not among [Code#CLASSES]; `f` is an array for transfers and of any length.
public final class TransferCode {

    private TransferCode() {
    }

    /// `f[i] = s[from + i]`.
    ///
    /// @param m n; from
    public static void read(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            f[i] = s[m[1] + i];
        }
    }

    /// `s[to + i] = f[i]`.
    ///
    /// @param m n; to
    public static void write(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            s[m[1] + i] = f[i];
        }
    }

    /// Which of its thread's iterations each one is, from 1: all are 1 if each has a thread, and 1 ... n if there is one thread.
    ///
    /// @param m n; to
    public static void turns(float[] s, int[] m) {
        float turn = 0;
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            turn += 1;
            s[m[1] + i] = turn;
        }
    }
}
