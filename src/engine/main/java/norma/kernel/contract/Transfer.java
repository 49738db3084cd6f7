package norma.kernel.contract;

import norma.kernel.Floats;

/// The one way by which the host reads and writes the floats that kernels compute on. A set of kernels that keeps them
/// elsewhere, on a device, copies here; for all others they are the arrays themselves.
public interface Transfer {

    /// Floats with these values. The array is theirs from now on and must not be written to.
    default Floats adopt(float[] values) {
        return Floats.of(values);
    }

    /// Copies floats, after all kernels that write them, to `to[offset] ...`.
    default void read(Floats from, float[] to, int offset) {
        System.arraycopy(from.array(), from.offset(), to, offset, from.length());
    }

    /// Copies `from[offset] ...` to floats that no kernel still reads.
    default void write(float[] from, int offset, Floats to) {
        System.arraycopy(from, offset, to.array(), to.offset(), to.length());
    }
}
