package norma.kernel;

/// The maximum or the mean of the inputs under a window, plane by plane.
///
/// x and dx are (planes, height, width), y, dy and winners (planes, outputs).
public interface Pooling {

    /// y = the largest input under the window; padding is -infinity. The first of equals wins, NaN wins over numbers and a
    /// later NaN over an earlier one.
    ///
    /// @param winners the tap that won, written
    default void max(int planes, Sliding sliding, Floats x, Floats y, Floats winners) {
        PoolingLoops.max(planes, sliding, x, y, winners);
    }

    /// dx = the sum of dy over the windows in which the input won.
    default void maxGradient(int planes, Sliding sliding, Floats dy, Floats winners, Floats dx) {
        PoolingLoops.maxGradient(planes, sliding, dy, winners, dx);
    }

    /// y = the sum of the inputs under the window over their number.
    ///
    /// @param countPadding whether padding counts as inputs of 0, or not at all
    default void mean(int planes, Sliding sliding, boolean countPadding, Floats x, Floats y) {
        PoolingLoops.mean(planes, sliding, countPadding, x, y);
    }

    /// dx = the sum of dy over the windows that see the input, each over its number of inputs.
    default void meanGradient(int planes, Sliding sliding, boolean countPadding, Floats dy, Floats dx) {
        PoolingLoops.meanGradient(planes, sliding, countPadding, dy, dx);
    }

    /// How many inputs count in the mean of each output of a plane.
    ///
    /// @param counts written; may be longer
    static void counts(Sliding sliding, boolean countPadding, float[] counts) {
        for (int i = 0; i < sliding.outPlane(); i++) {
            int down = sliding.vertical().inside(i / sliding.outWidth(), sliding.height());
            int across = sliding.horizontal().inside(i % sliding.outWidth(), sliding.width());
            counts[i] = countPadding ? sliding.taps() : down * across;
        }
    }
}
