package norma.lab.compare;

import java.util.List;

/// The run of one arm with one seed.
///
/// @param arm its name
/// @param seed of weights and batches
/// @param end `finished` or `diverged`
/// @param steps steps done
/// @param validationLoss at the end; NaN after divergence
/// @param loss of each step's batches
/// @param gradientNorm of each step, before clipping
/// @param seconds each step took
/// @param validation the curve of the validation loss
/// @param earlyGradients L2 norm of each block's gradient, mean over the early updates
/// @param gradients the same over all updates
/// @param varianceAtStart variance of the residual stream after the embedding and after each block
/// @param varianceAtEnd the same after training
record Trial(String arm, long seed, String end, long steps, double validationLoss, double[] loss, double[] gradientNorm,
        double[] seconds, List<Point> validation, double[] earlyGradients, double[] gradients, double[] varianceAtStart,
        double[] varianceAtEnd) {

    /// A point of a curve.
    ///
    /// @param step steps done
    /// @param loss validation loss
    record Point(long step, double loss) {
    }

    boolean finished() {
        return end.equals("finished");
    }
}
