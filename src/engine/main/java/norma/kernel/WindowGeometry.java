package norma.kernel;

/// A window that slides over a plane: what convolution and pooling have in common.
///
/// @param height rows of the plane
/// @param width columns of the plane
/// @param vertical how the window goes down
/// @param horizontal how it goes across
public record WindowGeometry(int height, int width, Window vertical, Window horizontal) {

    /// Checks that the window fits somewhere.
    public WindowGeometry {
        if (height < 0 || width < 0 || vertical.outputs(height) < 1 || horizontal.outputs(width) < 1) {
            throw new IllegalArgumentException(
                    ("WindowGeometry: the window must fit into the padded plane; got a plane of "
                            + "(%d, %d) and windows %s and %s; pad more?")
                            .formatted(height, width, vertical, horizontal));
        }
    }

    /// Rows of the outputs.
    public int outHeight() {
        return vertical.outputs(height);
    }

    /// Columns of the outputs.
    public int outWidth() {
        return horizontal.outputs(width);
    }

    /// Floats of a plane.
    public int plane() {
        return height * width;
    }

    /// Outputs of a plane.
    public int outPlane() {
        return outHeight() * outWidth();
    }

    /// Taps of the window; tap `t` is `t / horizontal.size()` down and `t % horizontal.size()` across.
    public int taps() {
        return vertical.size() * horizontal.size();
    }
}
