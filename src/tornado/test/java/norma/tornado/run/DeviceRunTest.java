package norma.tornado.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import norma.tornado.TestDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whole trainings on the device under test are those on the processor.
class DeviceRunTest {
    /// Kernels that run as Java are slow: a few steps show that they fit together.
    private static final String STEPS = TestDevice.isReal() ? "50" : "3";

    /// Six digits.
    private static final double LOSS_TOLERANCE = 1e-6;
    private static final double VECTOR_TOLERANCE = 1e-5;
    private static final Pattern LOSS = Pattern.compile("loss (\\S+) ");

    @TempDir
    Path folder;

    @Test
    void trainingsOnTheDeviceAreThoseOnTheProcessor() throws Exception {
        List<String> trainings = List.of("gpt", "normformer", "adaptive", "convolution", "bert");
        String[] arguments = {STEPS, "gpt", "normformer", "adaptive", "convolution", "bert", "embed"};
        SequencedMap<String, List<String>> cpu = parts(run("cpu", arguments));
        SequencedMap<String, List<String>> device = parts(run("device", arguments));
        trainings.forEach(each -> assertSameLosses(each, cpu.get(each), device.get(each)));
        assertSameVectors(cpu.get("embed"), device.get("embed"));
        assertFallsBackNowhere(device.lastEntry().getValue());
    }

    @Test
    void aCheckpointOfTheDeviceGoesOnOnTheProcessorAndTheOtherWayRound() throws Exception {
        List<String> whole = run("cpu", "6", "gpt");
        for (List<String> order : List.of(List.of("device", "cpu"), List.of("cpu", "device"))) {
            String file = folder.resolve(order.getFirst() + ".safetensors").toString();
            List<String> both = new ArrayList<>(run(order.getFirst(), "6", file, "3"));
            assertEquals(3, losses(both).length, both.toString());
            both.addAll(run(order.getLast(), "6", file, "6"));
            assertSameLosses(order.toString(), whole, both);
        }
    }

    private static void assertSameLosses(String what, List<String> expected, List<String> actual) {
        double[] cpu = losses(expected), device = losses(actual);
        assertTrue(cpu.length > 0, expected.toString());
        assertEquals(cpu.length, device.length, actual.toString());
        for (int i = 0; i < cpu.length; i++) {
            assertEquals(cpu[i], device[i], LOSS_TOLERANCE * cpu[i], what + ", step " + (i + 1));
        }
    }

    private static double[] losses(List<String> lines) {
        return lines.stream().map(LOSS::matcher).filter(Matcher::find)
                .mapToDouble(found -> Double.parseDouble(found.group(1))).toArray();
    }

    private static void assertSameVectors(List<String> expected, List<String> actual) {
        assertEquals(8, expected.size());
        for (int i = 0; i < expected.size(); i++) {
            double[] cpu = numbers(expected.get(i)), device = numbers(actual.get(i));
            assertEquals(384, device.length);
            for (int j = 0; j < cpu.length; j++) {
                assertEquals(cpu[j], device[j], VECTOR_TOLERANCE);
            }
        }
    }

    private static double[] numbers(String line) {
        return Arrays.stream(line.replaceAll("[\\[\\]\\s]", "").split(",")).mapToDouble(Double::parseDouble).toArray();
    }

    private static void assertFallsBackNowhere(List<String> end) {
        assertTrue(end.getLast().endsWith("fallbacks {}"), end.toString());
    }

    /// The lines behind each heading.
    private static SequencedMap<String, List<String>> parts(List<String> lines) {
        var parts = new LinkedHashMap<String, List<String>>();
        for (String line : lines) {
            if (line.startsWith("== ")) {
                parts.put(line.substring(3), new ArrayList<>());
            } else {
                parts.lastEntry().getValue().add(line);
            }
        }
        return parts;
    }

    /// A process with the options of this one; kernels are chosen once in each.
    private List<String> run(String where, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-Xmx3g", "-Dnorma.test.megabytes=800", "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                DeviceRun.class.getName(), where));
        command.addAll(List.of(arguments));
        File errors = folder.resolve("errors").toFile();
        Process process = new ProcessBuilder(command).redirectError(errors).start();
        List<String> lines = new String(process.getInputStream().readAllBytes()).lines().toList();
        assertEquals(0, process.waitFor(), Files.readString(errors.toPath()));
        return lines;
    }
}
