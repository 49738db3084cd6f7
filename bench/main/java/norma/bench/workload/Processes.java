package norma.bench.workload;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import norma.bench.workload.Workload.Operation;

/// Whole processes, from their start to their end: what the first user of a program waits for. No limit applies.
public final class Processes {

    /// What is left of a process that has ended.
    ///
    /// @param residentBytes the most of its memory that was resident, if it ended with [Embed#status]; else 0
    public record Ended(long residentBytes) {
        private static final Pattern PEAK = Pattern.compile("VmHWM:\\s*(\\d+) kB");

        static Ended of(String output) {
            return new Ended(PEAK.matcher(output).results().mapToLong(m -> 1024 * Long.parseLong(m.group(1))).max()
                    .orElse(0));
        }
    }

    private static final String CACHED = ", AOT cache";

    private Processes() {
    }

    static List<Workload> workloads() {
        return List.of(
                Workload.of("start", "norma doctor", 0, 0,
                        () -> java(List.of(), List.of("norma.lab.Main", "doctor"), ""))
                        .inQuickRun(),
                Workload.of("first_step", FirstStep.SHAPE, 0, 0,
                        () -> java(List.of(), List.of(FirstStep.class.getName()), "")),
                embed(new Texts(1, 12, 12).toString()), embed(new Texts(1, 12, 12) + CACHED),
                embed(new Texts(500, 8, 128).toString()));
    }

    private static Workload embed(String shape) {
        return Workload.of("embed", shape, 0, 0, () -> embed(shape, Embed.class.getName()));
    }

    /// A program that is given the texts of a shape as lines, and Java's ahead-of-time cache if the shape says so (JEP 514).
    ///
    /// @param program its main class and arguments
    public static Operation embed(String shape, String... program) {
        List<String> main = List.of(program);
        String texts = String.join("\n", Texts.of(shape).list());
        return java(shape.endsWith(CACHED) ? cache(main, texts) : List.of(), main, texts);
    }

    /// The option with the cache that a first run has left.
    private static List<String> cache(List<String> main, String input) {
        try {
            Path folder = Files.createTempDirectory("norma-bench");
            Path file = folder.resolve("cache.aot");
            folder.toFile().deleteOnExit();
            file.toFile().deleteOnExit();
            java(List.of("-XX:AOTCacheOutput=" + file), main, input).run();
            return List.of("-XX:AOTCache=" + file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A Java VM with the class path and the options of this one, and some more.
    private static Operation java(List<String> options, List<String> main, String input) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.contains("CompileCommand")).toList());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(main);
        return () -> run(command, input);
    }

    private static Ended run(List<String> command, String input) {
        try {
            Process process = new ProcessBuilder(command).redirectError(Redirect.DISCARD).start();
            try (Writer in = process.outputWriter(StandardCharsets.UTF_8)) {
                in.write(input);
            }
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            if (code != 0) {
                throw new IllegalStateException("Processes: must end with 0; got %d from %s".formatted(code, command));
            }
            return Ended.of(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
