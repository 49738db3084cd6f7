package norma.optim;

import norma.nn.Parameterized;

/// The learning rate as a function of the step: a factor on the rate of the optimizer. Any function is one:
///
/// ```java
/// Schedule halves = step -> Math.pow(0.5, step / 1000);
/// Schedule cosine = Schedule.cosine(900).withFloor(0.1).withWarmup(100);
/// ```
///
/// One that goes by more than the step hears validation losses, and lists what it remembers as buffers, which checkpoints
/// keep: [Plateau].
@FunctionalInterface
public interface Schedule extends Parameterized {

    /// The factor at a step, counted from 0: finite and not negative.
    double factor(long step);

    /// Hears the validation loss after `step` steps, from which factors that come may depend; most schedules don't care.
    default void validated(long step, double loss) {
    }

    /// Whether it needs to hear validation losses.
    default boolean needsValidation() {
        return false;
    }

    // ---- Shapes ----

    /// Always 1.
    static Schedule constant() {
        return _ -> 1;
    }

    /// From 1 along a line to 0, which it reaches after `steps` steps.
    static Schedule linear(long steps) {
        requireSteps("linear", steps);
        return step -> 1 - share(step, steps);
    }

    /// From 1 along half a cosine, (1 + cos(pi step / steps)) / 2, to 0 (Loshchilov & Hutter 2016, arXiv 1608.03983).
    static Schedule cosine(long steps) {
        requireSteps("cosine", steps);
        return step -> (1 + Math.cos(Math.PI * share(step, steps))) / 2;
    }

    /// From 1 along a power of the way that is left, (1 - step / steps)^power, to 0.
    static Schedule polynomial(long steps, double power) {
        requireSteps("polynomial", steps);
        Bounds.requireNotNegative("Schedule.polynomial", "power", power);
        return step -> Math.pow(1 - share(step, steps), power);
    }

    /// Times gamma after each `every` steps: gamma^floor(step / every).
    ///
    /// @param gamma in (0, 1]
    static Schedule stepDecay(long every, double gamma) {
        Bounds.require(every >= 1, "Schedule.stepDecay", "every", "at least 1", every);
        Bounds.require(gamma > 0 && gamma <= 1, "Schedule.stepDecay", "gamma", "in (0, 1]", gamma);
        return step -> Math.pow(gamma, Math.floorDiv(step, every));
    }

    /// One cycle, from a twenty-fifth up to 1 in 0.3 of the steps, and down to 1 / 250,000 in the rest: the rate of the
    /// optimizer is the highest one, higher than others bear (Smith & Topin 2017, arXiv 1708.07120).
    static Schedule oneCycle(long steps) {
        return oneCycle(steps, 0.3, 1 / 25.0, 1 / 250_000.0);
    }

    /// One cycle: from `start` along half a cosine up to 1, and along another down to `end`, which the last of `steps` steps has.
    ///
    /// @param rise share of the steps until the top, in (0, 1)
    static Schedule oneCycle(long steps, double rise, double start, double end) {
        Bounds.require(steps >= 2, "Schedule.oneCycle", "steps", "at least 2", steps);
        Bounds.require(rise > 0 && rise < 1, "Schedule.oneCycle", "rise", "in (0, 1)", rise);
        requireShare("Schedule.oneCycle", "start", start);
        requireShare("Schedule.oneCycle", "end", end);
        double top = Math.max(0, rise * steps - 1), fall = steps - 1 - top;
        return step -> step <= top ? between(1, start, top == 0 ? 0 : (top - step) / top)
                : between(1, end, Math.min(1, (step - top) / fall));
    }

    // ---- Changes ----

    /// The same, squeezed between `floor` and 1: floor + (1 - floor) factor.
    default Schedule withFloor(double floor) {
        requireShare("Schedule.withFloor", "floor", floor);
        return new Derived(this) {
            @Override
            public double factor(long step) {
                return floor + (1 - floor) * Schedule.this.factor(step);
            }
        };
    }

    /// A line up to where this schedule begins, then this one: factor(0) (step + 1) / steps, then factor(step - steps). The
    /// first step is not 0.
    default Schedule withWarmup(long steps) {
        requireSteps("withWarmup", steps);
        return new Derived(this) {
            @Override
            public double factor(long step) {
                return step < steps ? Schedule.this.factor(0) * (step + 1) / steps : Schedule.this.factor(step - steps);
            }
        };
    }

    private static double share(long step, long steps) {
        return Math.min(1, (double) step / Math.max(1, steps));
    }

    /// From a at u = 0 along half a cosine to b at u = 1.
    private static double between(double a, double b, double u) {
        return b + (a - b) * (1 + Math.cos(Math.PI * u)) / 2;
    }

    private static void requireSteps(String who, long steps) {
        Bounds.require(steps >= 0, "Schedule." + who, "steps", "not negative", steps);
    }

    private static void requireShare(String who, String name, double value) {
        Bounds.require(value >= 0 && value <= 1, who, name, "in [0, 1]", value);
    }
}
