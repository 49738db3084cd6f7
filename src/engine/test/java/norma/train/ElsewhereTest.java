package norma.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import norma.backend.Backend;
import norma.kernel.contract.Kernels;
import org.junit.jupiter.api.Test;

/// A set of kernels may keep all data elsewhere: nothing of the engine reads or writes it but through the kernels.
class ElsewhereTest {

    @Test
    void kernelsThatKeepTheDataElsewhereGiveTheSameBits() throws Exception {
        List<String> here = ElsewhereRun.lines();
        assertFalse(here.toString().contains("NaN"), here.toString());
        assertEquals(String.join("\n", here), String.join("\n", elsewhere()));
    }

    @Test
    void kernelsAreChosenBeforeTheirFirstUse() {
        String used = Backend.kernels().name();
        var refused = assertThrows(IllegalStateException.class, () -> Backend.use(Kernels.REFERENCE));
        assertEquals(
                "Backend.use: must be called once, before anything else of the engine; got reference, but the kernels "
                        + "are " + used,
                refused.getMessage());
    }

    private static List<String> elsewhere() throws IOException, InterruptedException, URISyntaxException {
        String path = Stream
                .of(place(ElsewhereRun.class), place(Kernels.class), System.getProperty("java.class.path"),
                        System.getProperty("surefire.test.class.path"), System.getProperty("jdk.module.path"))
                .filter(Objects::nonNull).collect(Collectors.joining(File.pathSeparator));
        var command =
                new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-ea"));
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
            command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
        }
        command.addAll(List.of("-Dnorma.kernels=" + System.getProperty("norma.kernels", "auto"), "-cp", path,
                ElsewhereRun.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = new String(process.getInputStream().readAllBytes()).lines()
                .filter(line -> !line.startsWith("WARNING: Using incubator")).toList();
        assertEquals(0, process.waitFor(), lines.toString());
        return lines;
    }

    private static String place(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    }
}
