package norma.norm;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;

/// The name of a norm with its options, written `rms_norm` or `normformer_adaptive{base=rms, depth=1}`.
///
/// A factory reads the options it knows; an option that is left when [#finish] is called is an error.
public final class NormSpec {
    private final String text;
    private final String name;
    private final boolean causal;
    private final Map<String, String> options = new LinkedHashMap<>();
    private final TreeSet<String> known = new TreeSet<>();

    private NormSpec(String text, boolean causal) {
        this.text = text;
        this.causal = causal;
        int brace = text.indexOf('{');
        name = (brace < 0 ? text : text.substring(0, brace)).strip();
        if (brace < 0) {
            return;
        }
        if (!text.strip().endsWith("}")) {
            throw new IllegalArgumentException(
                    "norm: options must stand in braces, name{option=value, ...}; got " + text);
        }
        String inside = text.substring(brace + 1, text.lastIndexOf('}'));
        for (String option : inside.isBlank() ? new String[0] : inside.split(",")) {
            String[] pair = option.split("=", 2);
            if (pair.length != 2 || options.put(pair[0].strip(), pair[1].strip()) != null) {
                throw new IllegalArgumentException(
                        "norm: each option must be given once as option=value; got '%s' in %s"
                                .formatted(option.strip(), text));
            }
        }
    }

    /// Reads a name with options.
    ///
    /// @param causal whether the norm is for a decoder and must not look ahead
    public static NormSpec parse(String text, boolean causal) {
        return new NormSpec(text, causal);
    }

    /// The name.
    public String name() {
        return name;
    }

    /// Whether the norm must not look ahead.
    public boolean causal() {
        return causal;
    }

    /// A whole number.
    public int integer(String option, int otherwise) {
        return read(option, otherwise, Integer::valueOf);
    }

    /// A number, not negative and finite.
    public float number(String option, float otherwise) {
        return read(option, otherwise, value -> {
            float number = Float.parseFloat(value);
            if (!(number >= 0 && number <= Float.MAX_VALUE)) {
                throw new IllegalArgumentException("negative or not finite");
            }
            return number;
        });
    }

    /// `true` or `false`.
    public boolean flag(String option, boolean otherwise) {
        return read(option, otherwise, value -> switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("neither true nor false");
        });
    }

    /// One of an enum's constants, in lower case.
    public <E extends Enum<E>> E choice(String option, E otherwise) {
        return read(option, otherwise,
                value -> Enum.valueOf(otherwise.getDeclaringClass(), value.toUpperCase(Locale.ROOT)));
    }

    private <T> T read(String option, T otherwise, Function<String, T> parse) {
        known.add(option);
        String value = options.remove(option);
        if (value == null) {
            return otherwise;
        }
        try {
            return parse.apply(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("norm: option %s can't be '%s' in %s; its default is %s"
                    .formatted(option, value, text, otherwise.toString().toLowerCase(Locale.ROOT)), e);
        }
    }

    /// The factory made from the options, after checking that it read all of them.
    public <F extends Factory<?>> F finish(F factory) {
        if (!options.isEmpty()) {
            throw new IllegalArgumentException("norm: %s has no option %s; it has %s"
                    .formatted(name, options.keySet().iterator().next(), known));
        }
        return factory;
    }

    @Override
    public String toString() {
        return text;
    }
}
