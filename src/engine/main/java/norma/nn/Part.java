package norma.nn;

/// Anything made of parameters and of other parts, which it lists by name, in order.
public interface Part {

    /// Names this part's parameters and parts.
    void list(Parts parts);

    /// Whether what it computes for a position depends on that position and earlier ones only. Speaks for itself alone,
    /// not for the parts inside.
    default boolean causal() {
        return true;
    }

    /// Puts this part's parameters back where they must be: what a method does after each step of the optimizer. Speaks for
    /// itself alone; [Parts#afterStep] asks all parts.
    default void afterStep() {
        // most parameters may be anything
    }
}
