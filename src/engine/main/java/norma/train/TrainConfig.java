package norma.train;

import norma.optim.Schedule;

/// How long and how a model is trained.
///
/// @param steps optimizer steps in all
/// @param accumulation batches whose gradients are averaged for one step
/// @param schedule factor on the optimizer's learning rate
/// @param clip largest length of the gradient; 0 for no limit
/// @param seed of batches and dropout
/// @param validateEvery steps between validations; there is one before the first step and one after the last
/// @param checkpointEvery steps between checkpoints; 0 for one at the end only
public record TrainConfig(long steps, int accumulation, Schedule schedule, double clip, long seed, long validateEvery,
        long checkpointEvery) {

    /// Checks the numbers.
    public TrainConfig {
        if (steps < 0 || accumulation < 1 || !(clip >= 0) || validateEvery < 1 || checkpointEvery < 0) {
            throw new IllegalArgumentException(
                    ("TrainConfig: steps, clip and checkpointEvery must not be negative, accumulation and validateEvery "
                            + "must be positive; got %d, %s, %d, %d, %d")
                            .formatted(steps, clip, checkpointEvery, accumulation, validateEvery));
        }
    }

    /// Clipped at 1; the rate rises in a twentieth of the steps and falls along half a cosine to a tenth.
    public static TrainConfig of(long steps, long seed) {
        long warmup = steps / 20;
        return of(steps, Schedule.cosine(steps - warmup).withFloor(0.1).withWarmup(warmup), 1, seed);
    }

    /// One batch a step, a validation every tenth of the way, a checkpoint at the end.
    public static TrainConfig of(long steps, Schedule schedule, double clip, long seed) {
        return new TrainConfig(steps, 1, schedule, clip, seed, Math.max(1, steps / 10), 0);
    }
}
