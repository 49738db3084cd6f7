package norma.optim;

/// What numbers must be where they enter, as float32, in which optimizers compute: there 0.99999999 is 1 and 1e-50 is 0.
final class Bounds {

    private Bounds() {
    }

    /// A finite number that is not negative: a rate, a weight decay.
    static void requireNotNegative(String who, String name, double value) {
        require(value >= 0 && Float.isFinite((float) value), who, name, "finite and not negative", value);
    }

    /// A finite number above 0: what is added against division by zero.
    static void requirePositive(String who, String name, double value) {
        require((float) value > 0 && Float.isFinite((float) value), who, name,
                "finite and positive, as a float32 too", value);
    }

    /// A number in [0, 1): the weight of what was before in a running mean.
    static void requireWeight(String who, String name, double value) {
        require(value >= 0 && (float) value < 1, who, name, "in [0, 1), as a float32 too", value);
    }

    /// A limit, which may be infinite.
    static void requireLimit(String who, String name, double value) {
        require(value >= 0, who, name, "a number and not negative", value);
    }

    /// Anything else.
    static void require(boolean holds, String who, String name, String what, Object value) {
        if (!holds) {
            throw new IllegalArgumentException("%s: %s must be %s; got %s".formatted(who, name, what, value));
        }
    }
}
