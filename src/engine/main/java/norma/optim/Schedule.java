package norma.optim;

/// The learning rate as a function of the step: a straight line from 0 to the peak, then a fall to the floor.
///
/// With u = (step - warmup) / (total - warmup), clipped to [0, 1]:
/// constant peak; linear peak - (peak - floor) u; cosine floor + (peak - floor) (1 + cos(pi u)) / 2
/// (Loshchilov & Hutter 2016, arXiv 1608.03983); polynomial floor + (peak - floor) (1 - u)^power.
///
/// @param decay how it falls
/// @param peak highest rate
/// @param floor rate at the end
/// @param warmup steps of the rise
/// @param total steps until the floor is reached
/// @param power of the polynomial
public record Schedule(Decay decay, double peak, double floor, long warmup, long total, double power) {

    /// How the rate falls.
    public enum Decay {
        /// It stays.
        CONSTANT,
        /// Along a line.
        LINEAR,
        /// Along half a cosine.
        COSINE,
        /// Along a power of the way that is left.
        POLYNOMIAL
    }

    /// Checks the numbers.
    public Schedule {
        if (!(peak >= 0 && floor >= 0 && warmup >= 0 && total >= 0 && power >= 0)) {
            throw new IllegalArgumentException(
                    "Schedule: peak, floor, warmup, total and power must not be negative; got %s, %s, %d, %d, %s"
                            .formatted(peak, floor, warmup, total, power));
        }
    }

    /// Warm-up, then half a cosine to a tenth of the peak.
    public static Schedule cosine(double peak, long warmup, long total) {
        return new Schedule(Decay.COSINE, peak, peak / 10, warmup, total, 1);
    }

    /// The same rate always.
    public static Schedule constant(double rate) {
        return new Schedule(Decay.CONSTANT, rate, rate, 0, 0, 1);
    }

    /// The rate of a step, counted from 0; the first step of a warm-up is not 0.
    public double rate(long step) {
        if (step < warmup) {
            return peak * (step + 1) / warmup;
        }
        double u = Math.clamp((double) (step - warmup) / Math.max(1, total - warmup), 0.0, 1.0);
        return switch (decay) {
            case CONSTANT -> peak;
            case LINEAR -> peak - (peak - floor) * u;
            case COSINE -> floor + (peak - floor) * (1 + Math.cos(Math.PI * u)) / 2;
            case POLYNOMIAL -> floor + (peak - floor) * Math.pow(1 - u, power);
        };
    }
}
