package norma.lab.run;

import java.io.PrintWriter;
import java.util.Map;
import java.util.stream.Collectors;
import norma.tornado.Tornado;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/// The option `--device`: what computes. Kernels are chosen once and before anything is computed, so the command's start reads it, and
/// not the subcommand that has it.
public final class DeviceOption {
    /// Its name.
    public static final String NAME = "--device";

    @Option(names = NAME, paramLabel = "DEVICE",
            description = "tornado or tornado:N: a GPU, through TornadoVM (docs/gpu.md; norma doctor --device tornado shows "
                    + "which). Default: this processor.")
    private String device;

    /// Computes on the device that the arguments name.
    ///
    /// @return false if they name none
    public static boolean use(ParseResult arguments) {
        String device = arguments.matchedOptionValue(NAME, null);
        if (device != null) {
            Tornado.use(device);
        }
        return device != null;
    }

    /// Says what was computed on the host all the same, since the device has no kernel for it.
    public static void report(PrintWriter err) {
        Map<String, Integer> fallbacks = Tornado.fallbacks();
        if (!fallbacks.isEmpty()) {
            err.println(
                    "Computed on the processor, since the device has no kernel for it: " + fallbacks.entrySet().stream()
                            .map(entry -> entry.getKey() + " (" + entry.getValue() + " times)")
                            .collect(Collectors.joining(", ")));
            err.flush();
        }
    }
}
