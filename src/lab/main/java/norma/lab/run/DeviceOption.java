package norma.lab.run;

import java.io.PrintWriter;
import java.util.Map;
import java.util.stream.Collectors;
import norma.lab.console.Machine;
import norma.lab.console.Progress;
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
    /// @param err is told when something is computed on the processor all the same
    /// @return false if they name none, or ask for help
    public static boolean use(ParseResult arguments, PrintWriter err) {
        String device = arguments.matchedOptionValue(NAME, null);
        if (device == null || arguments.isUsageHelpRequested() || arguments.isVersionHelpRequested()) {
            return false;
        }
        if (!device.matches("tornado(:\\d+)?")) {
            throw new IllegalArgumentException(
                    ("%s must be tornado, which is the first device, or tornado:0, tornado:1 ..., as norma "
                            + "doctor %s tornado lists them; without it this processor computes; got %s")
                            .formatted(NAME, NAME,
                                    device));
        }
        Tornado.use(device, warning -> say(Progress.aside(warning), err));
        return true;
    }

    /// Says how much of the device's memory was used, and what was computed on the processor all the same.
    public static void report(PrintWriter err) {
        Tornado.Memory memory = Tornado.memory();
        if (Tornado.launches() == 0) {
            return; // nothing was computed
        }
        say("%s: %s of its %s of memory were in use at most, %,d kernels were launched".formatted(Machine.kernels(),
                Footprint.text(memory.most()), Footprint.text(memory.budget()), Tornado.launches()), err);
        Map<String, Integer> fallbacks = Tornado.fallbacks();
        if (!fallbacks.isEmpty()) {
            say("Computed on the processor, since the device has no kernel for it: " + fallbacks.entrySet().stream()
                    .map(entry -> entry.getKey() + " (" + entry.getValue() + " times)")
                    .collect(Collectors.joining(", ")), err);
        }
    }

    private static void say(String line, PrintWriter err) {
        err.println(line);
        err.flush();
    }
}
