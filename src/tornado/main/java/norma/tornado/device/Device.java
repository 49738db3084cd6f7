package norma.tornado.device;

/// A device: one slab of floats in its memory, and kernels that run on it in the order in which they are launched.
///
/// Sizes and places are in floats. Calls come from one thread at a time.
public interface Device extends AutoCloseable {
    /// Numbers that a launch may pass.
    int INTS = 64;

    /// Scalars that a launch may pass.
    int FLOATS = 16;

    /// Floats of the largest slab: whole MB, since an array of Java's has no more than 2^31 - 1.
    int MOST = Integer.MAX_VALUE >> 18 << 18;

    /// What the device is called in reports.
    String name();

    /// Floats of the slab.
    int capacity();

    /// Runs a kernel after all that were launched before.
    ///
    /// @param ints at most [#INTS]; the first is the number of iterations, at least 1
    /// @param floats at most [#FLOATS]; none for a kernel without scalars
    void launch(Kernel kernel, int[] ints, float[] floats);

    /// Copies `slab[from] ... slab[from + count - 1]` to `to[offset] ...`, after all kernels launched before.
    void read(int from, float[] to, int offset, int count);

    /// Copies `from[offset] ... from[offset + count - 1]` to `slab[to] ...`, for all kernels launched from now on.
    void write(float[] from, int offset, int to, int count);

    @Override
    void close();
}
