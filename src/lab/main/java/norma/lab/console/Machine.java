package norma.lab.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import norma.backend.Backend;
import norma.tornado.Tornado;

/// The machine that a measurement was taken on.
public final class Machine {
    private Machine() {
    }

    /// The kernels chosen at start, and what a device is called.
    public static String kernels() {
        return Tornado.used().map(device -> "%s (%s)".formatted(device.name(), device.product()))
                .orElseGet(Backend::name);
    }

    /// Java's version and maker.
    public static String jdk() {
        return System.getProperty("java.vm.version") + ", " + System.getProperty("java.vm.name");
    }

    /// The processor's name on Linux, elsewhere its architecture.
    public static String cpu() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name")).findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip()).orElseGet(Machine::architecture);
        } catch (IOException e) {
            return architecture();
        }
    }

    private static String architecture() {
        return System.getProperty("os.arch");
    }
}
