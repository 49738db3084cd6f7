package norma.catalogue;

import java.util.Locale;
import java.util.function.Function;
import norma.nn.Layer;
import norma.norm.ConditionalNorm;
import norma.norm.Factory;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.StatisticsAxes;

/// What the catalogue says of a method, built step by step: `feature("rms_norm", RmsNorm::factory).over(FEATURES).learns("gamma D")`.
///
/// @param name as on the command line
/// @param on what it is put on, and how it is made for that
/// @param group the family it belongs to
/// @param paper where it comes from
/// @param over what its statistics are taken over
/// @param learns its parameters, for D features, C channels, K features of a condition, weights (O, I)
/// @param remembers its buffers
/// @param use what for
/// @param gradient what its backward pass is
public record NormEntry(String name, On on, Group group, String paper, StatisticsAxes over, String learns,
        String remembers, String use, Gradient gradient) {

    /// Families of methods, by what they normalize.
    public enum Group {
        /// Activations, by their statistics.
        STATISTICS("Activations by their statistics"),
        /// Activations, by the answers of their neighbours.
        RESPONSES("Activations by the responses around them"),
        /// Vectors, by their length.
        LENGTHS("Vectors by their length"),
        /// Weights instead of activations.
        WEIGHTS("Weights instead of activations"),
        /// Functions in place of a norm.
        STATISTIC_FREE("Functions in place of a norm"),
        /// Norms whose gain and bias depend on a second input, or on the whole input.
        CONDITIONAL("Norms whose gain and bias depend on an input"),
        /// No norm.
        NONE("No norm");

        private final String title;

        Group(String title) {
            this.title = title;
        }

        /// For a heading.
        public String title() {
            return title;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /// What a method is put on, with the factory of its options.
    public sealed interface On {

        /// Features on the last axis, x (..., D): what a Transformer's norms are.
        record Features(Function<NormSpec, NormFactory> factory) implements On {
        }

        /// Channels on axis 1, x (N, C, ...).
        record Channels(Function<NormSpec, NormFactory> factory) implements On {
        }

        /// Activations with a second input.
        record Condition(Function<NormSpec, Factory<ConditionalNorm>> factory) implements On {
        }

        /// The weight of a layer; the factory makes square linear layers.
        record Weight(Function<NormSpec, ? extends Factory<Layer>> factory) implements On {
        }

        /// The factory for given options.
        Function<NormSpec, ? extends Factory<?>> factory();

        /// For a column of a table.
        default String title() {
            return getClass().getSimpleName().toLowerCase(Locale.ROOT);
        }

        /// As the end of a sentence about a method.
        default String words() {
            return switch (this) {
                case Features _ -> "is for features";
                case Channels _ -> "is for images (N, C, H, W), not for sequences; use it in code";
                case Condition _ -> "needs a second input, which a language model does not have; use it in code";
                case Weight _ -> "is put on the weights of a layer, not between layers; use it in code";
            };
        }
    }

    /// How the backward pass relates to what training computes.
    public enum Gradient {
        /// The derivative, to any order.
        SMOOTH,
        /// The derivative; where two pieces meet there is no second one.
        EDGED,
        /// Not the derivative: some of what depends on x counts as a constant, or the pass is the authors' own.
        OWN
    }

    static NormEntry feature(String name, Function<NormSpec, NormFactory> factory) {
        return of(name, new On.Features(factory));
    }

    static NormEntry channel(String name, Function<NormSpec, NormFactory> factory) {
        return of(name, new On.Channels(factory));
    }

    static NormEntry conditional(String name, Function<NormSpec, Factory<ConditionalNorm>> factory) {
        return of(name, new On.Condition(factory));
    }

    static NormEntry weight(String name, Function<NormSpec, ? extends Factory<Layer>> factory) {
        return of(name, new On.Weight(factory));
    }

    private static NormEntry of(String name, On on) {
        return new NormEntry(name, on, Group.NONE, "none", StatisticsAxes.NOTHING, "none", "none", "", Gradient.SMOOTH);
    }

    NormEntry group(Group its) {
        return new NormEntry(name, on, its, paper, over, learns, remembers, use, gradient);
    }

    NormEntry paper(String its) {
        return new NormEntry(name, on, group, its, over, learns, remembers, use, gradient);
    }

    NormEntry over(StatisticsAxes its) {
        return new NormEntry(name, on, group, paper, its, learns, remembers, use, gradient);
    }

    NormEntry learns(String its) {
        return new NormEntry(name, on, group, paper, over, its, remembers, use, gradient);
    }

    NormEntry remembers(String its) {
        return new NormEntry(name, on, group, paper, over, learns, its, use, gradient);
    }

    NormEntry use(String its) {
        return new NormEntry(name, on, group, paper, over, learns, remembers, its, gradient);
    }

    NormEntry gradient(Gradient its) {
        return new NormEntry(name, on, group, paper, over, learns, remembers, use, its);
    }
}
