package norma.bench.work;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import norma.bench.work.Work.Operation;

/// Whole processes, from their start to their end: what the first user of a program waits for. No limit applies.
final class Processes {

    private Processes() {
    }

    static List<Work> works() {
        return List.of(
                Work.of("start", "norma doctor", 0, 0, () -> process("norma.lab.Main", "doctor")).inQuickRun(),
                Work.of("first_step", FirstStep.SHAPE, 0, 0, () -> process(FirstStep.class.getName())));
    }

    /// A Java VM with the options and the class path of this one.
    private static Operation process(String... main) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.contains("CompileCommand")).toList());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(main));
        return () -> run(command);
    }

    private static int run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            int code = process.waitFor();
            if (code != 0) {
                throw new IllegalStateException("Processes: must end with 0; got %d from %s".formatted(code, command));
            }
            return code;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
