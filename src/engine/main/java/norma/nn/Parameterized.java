package norma.nn;

/// Anything that has parameters, its own or those of parts inside it, which it registers by name, in order: layers, models,
/// objectives.
public interface Parameterized {

    /// Names the parameters and parts of this part; by default it has none.
    default void register(ParameterTree tree) {
    }

    /// Whether what it computes for a position depends on that position and earlier ones only. The answer is about this part
    /// alone, not about the parts inside it.
    default boolean causal() {
        return true;
    }

    /// Brings the parameters of this part back to where its method wants them, after each step of the optimizer; by default
    /// they may be anything. Parts inside it are not touched: [ParameterTree#afterStep] asks all of them.
    default void afterStep() {
    }
}
