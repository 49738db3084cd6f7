package norma.tornado.offload;

import norma.tornado.code.MomentsCode;
import norma.tornado.device.Kernel;

/// Statistics of x, each of a run of elements from each of several examples.
///
/// @param x where x lies
/// @param statistics how many
/// @param examples examples that share a statistic
/// @param stride elements from one of those to the next
/// @param run elements in one piece
record Moments(int x, boolean centered, int statistics, int examples, int stride, int run) {
    private static final Kernel WHOLE = Kernel.of(MomentsCode::whole);
    private static final Kernel PARTS = Kernel.of(MomentsCode::parts);
    private static final Kernel MERGE = Kernel.of(MomentsCode::merge);

    /// Leaves mean and rest (statistics, 3) at `means`, the variance in every third float from `variances`, and
    /// 1 / sqrt(variance + eps) at `scales`, `scaleStride` apart; nothing where the place is -1.
    void leave(Offload offload, float eps, int means, int variances, int scales, int scaleStride) {
        Parts parts = Parts.of(statistics, examples, run);
        boolean whole = parts.count() == 1;
        int room = whole ? -1 : offload.room(3 * parts.count() * statistics);
        int[] ints = {x, centered ? 1 : 0, statistics, examples, stride, run, parts.outer(), parts.inner(), room, means,
                variances, scales, scaleStride};
        float[] floats = {eps};
        if (whole) {
            offload.launch(WHOLE, floats, statistics, ints);
        } else {
            offload.launch(PARTS, parts.count() * statistics, ints);
            offload.launch(MERGE, floats, statistics, ints);
        }
    }
}
