package norma.lab.run;

/// Checks the numbers of options.
public final class Numbers {
    private Numbers() {
    }

    /// Refuses a number, in the option's own name.
    ///
    /// @param holds whether it is one that makes sense
    /// @param what which ones do, such as "at least 1"
    public static void require(String option, Number value, boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException("%s must be %s; got %s".formatted(option, what, value));
        }
    }
}
