package norma.lab.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/// The options of a command that decide its result, as texts: all but those about threads and output.
final class ModelOptions {
    private static final Set<String> OTHERS =
            Set.of("--json", "--threads", "--device", "--out", "--resume", "--force", "--help", "--version");

    private ModelOptions() {
    }

    /// Their values by name; those without a value are left out.
    static Map<String, String> of(CommandSpec command) {
        var values = new LinkedHashMap<String, String>();
        for (OptionSpec option : command.options()) {
            if (!OTHERS.contains(option.longestName()) && option.getValue() != null) {
                values.put(option.longestName(), text(option.getValue()));
            }
        }
        return values;
    }

    /// Gives a command the options of an earlier call. One that is given again must not have another value, unless it is `free`.
    ///
    /// @param free the name of an option that keeps what is given now
    /// @param fresh the same command, without arguments
    /// @param values what [#of(CommandSpec)] said of the earlier call
    static void restore(CommandSpec command, CommandLine fresh, Map<String, String> values, String free) {
        CommandSpec earlier = parse(fresh, values);
        for (OptionSpec option : command.options()) {
            String name = option.longestName();
            if (OTHERS.contains(name)) {
                continue;
            }
            Object before = earlier.findOption(name).getValue();
            boolean given = command.commandLine().getParseResult().hasMatchedOption(name);
            if (given && name.equals(free)) {
                continue;
            }
            if (given && !text(option.getValue()).equals(text(before))) {
                throw new IllegalArgumentException(
                        "%s was %s when the run began and can't become %s; leave it out, or begin a new run"
                                .formatted(name, text(before), text(option.getValue())));
            }
            option.setValue(before);
        }
    }

    private static CommandSpec parse(CommandLine fresh, Map<String, String> values) {
        try {
            fresh.setCaseInsensitiveEnumValuesAllowed(true).parseArgs(values.entrySet().stream()
                    .map(value -> value.getKey() + "=" + value.getValue()).toArray(String[]::new));
            return fresh.getCommandSpec();
        } catch (ParameterException e) {
            throw new IllegalArgumentException("the run's options can't be read any more: " + e.getMessage(), e);
        }
    }

    private static String text(Object value) {
        return switch (value) {
            case null -> "nothing";
            case Path path -> path.toAbsolutePath().normalize().toString();
            case Enum<?> choice -> choice.name().toLowerCase(Locale.ROOT);
            default -> value.toString();
        };
    }
}
