package norma.kernel.contract;

import norma.kernel.Floats;
import norma.kernel.Window;
import norma.kernel.WindowGeometry;

/// The maximum or the mean of the inputs under a window, plane by plane.
///
/// x and dx are (planes, height, width), y, dy and winners (planes, outputs).
public interface PoolingKernel {

    /// y = the largest input under the window; padding is -infinity. The first of equals wins, NaN wins over numbers and a
    /// later NaN over an earlier one.
    ///
    /// @param winners the tap that won, written
    default void max(int planes, WindowGeometry geometry, Floats x, Floats y, Floats winners) {
        PoolingLoops.max(planes, geometry, x, y, winners);
    }

    /// dx = the sum of dy over the windows in which the input won.
    default void maxGradient(int planes, WindowGeometry geometry, Floats dy, Floats winners, Floats dx) {
        PoolingLoops.maxGradient(planes, geometry, dy, winners, dx);
    }

    /// y = the sum of the inputs under the window over their number.
    ///
    /// @param countPadding whether padding counts as inputs of 0, or not at all; what lies beyond it never does
    default void mean(int planes, WindowGeometry geometry, boolean countPadding, Floats x, Floats y) {
        PoolingLoops.mean(planes, geometry, countPadding, x, y);
    }

    /// dx = the sum of dy over the windows that see the input, each over its number of inputs.
    default void meanGradient(int planes, WindowGeometry geometry, boolean countPadding, Floats dy, Floats dx) {
        PoolingLoops.meanGradient(planes, geometry, countPadding, dy, dx);
    }

    /// How many inputs count in the mean of each output of a plane.
    ///
    /// @param counts written; may be longer
    static void counts(WindowGeometry geometry, boolean countPadding, float[] counts) {
        for (int i = 0; i < geometry.outPlane(); i++) {
            int down = count(geometry.vertical(), i / geometry.outWidth(), geometry.height(), countPadding);
            counts[i] = down * count(geometry.horizontal(), i % geometry.outWidth(), geometry.width(), countPadding);
        }
    }

    private static int count(Window window, int output, int inputs, boolean countPadding) {
        return countPadding ? window.insidePadded(output, inputs) : window.inside(output, inputs);
    }
}
