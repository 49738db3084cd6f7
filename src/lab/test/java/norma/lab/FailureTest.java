package norma.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Bad input: one line that names the command and the trouble, exit code 2, and no work done.
class FailureTest {
    @TempDir
    Path folder;

    private void refused(String expected, Object... args) {
        var options = new LinkedHashMap<Object, Object>(Map.of("--out", folder.resolve("out"), "--steps", 1, "--seeds",
                1, "--dim",
                16, "--layers", 1, "--heads", 2, "--context", 8, "--batch", 2, "--data", Command.corpus(folder)));
        for (int i = 0; i < args.length; i += 2) {
            options.put(args[i], args[i + 1]);
        }
        var words = new ArrayList<Object>(List.of("compare"));
        options.forEach((option, value) -> words.addAll(List.of(option, value)));
        var run = Command.run(words.toArray());
        assertEquals(2, run.code(), run.toString());
        assertEquals("", run.out());
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().startsWith("norma compare: "), run.err());
        assertTrue(run.err().contains(expected), run.err());
        assertFalse(Files.exists(folder.resolve("out/report.html")));
    }

    @Test
    void unknownNorm() {
        refused("norm: must be one of [layer_norm", "--norm", "layernorm");
    }

    @Test
    void unknownOptionOfANorm() {
        refused("rms_norm has no option epsilon", "--norm", "rms_norm{epsilon=1}");
    }

    @Test
    void unknownPlacement() {
        refused("placement: must be one of", "--placement", "before");
    }

    @Test
    void aDecoderThatWouldLookAhead() {
        refused("normformer_adaptive has no option causal", "--norm", "normformer_adaptive{causal=false}");
    }

    @Test
    void dimensionsThatDoNotFit() {
        refused("dim must be a multiple of heads; got dim 16 and heads 3", "--heads", 3);
    }

    @Test
    void sizesThatAreNone() {
        refused("--steps must be in [1, 10^12]; got 0", "--steps", 0);
        refused("--seeds must be in [1, 1000]; got 0", "--seeds", 0);
        refused("--dim must be at least 1; got 0", "--dim", 0);
        refused("--batch must be at least 1; got 0", "--batch", 0);
        refused("accumulation", "--accumulation", 0);
        refused("--rate must be positive; got NaN", "--rate", "NaN");
        refused("threads must be in [1, 4096]", "--threads", 0);
    }

    @Test
    void sizesThatNeverFit() {
        for (String option : List.of("--dim", "--layers", "--batch", "--context")) {
            refused("the Java heap of ", option, Integer.MAX_VALUE - 1);
        }
        refused("a model of about ", "--dim", 200_000);
        refused("a batch of 800,000,000 tokens at least ", "--batch", 100_000_000);
        refused("--steps must be in [1, 10^12]", "--steps", Long.MAX_VALUE);
        refused("--seeds must be in [1, 1000]", "--seeds", Integer.MAX_VALUE);
        refused("threads must be in [1, 4096]", "--threads", Integer.MAX_VALUE);
    }

    @Test
    void wordsThatAreNoNumbers() {
        refused("'many' is not", "--steps", "many");
        refused("expected one of", "--tokenizer", "words");
        refused("Unknown option", "--norms", "rms_norm");
    }

    @Test
    void devicesThatAreNone() {
        refused("--device must be tornado", "--device", "cpu");
        refused("--device must be tornado", "--device", "tornado:first");
        refused("TornadoVM is not in this process", "--device", "tornado");
        refused("TornadoVM is not in this process", "--device", "tornado:1");
    }

    @Test
    void emptyCorpus() throws IOException {
        refused("a corpus must have text", "--data", Files.writeString(folder.resolve("empty.txt"), " \n\n"));
        refused("there is no such file", "--data", folder.resolve("none.txt"));
        refused("UTF-8", "--data",
                Files.write(folder.resolve("latin.txt"), "caf\u00e9 au lait\n".getBytes(StandardCharsets.ISO_8859_1)));
        refused("short.txt: its validation side must have at least --context + 1 = 9 tokens; got ", "--data",
                Files.writeString(folder.resolve("short.txt"), "to be\nor not\n"));
    }

    @Test
    void anOutFolderThatCannotBeWritten() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        refused(file.toString(), "--out", file.resolve("below"));
        refused("is in the way", "--out", file);
    }

    @Test
    void anUnknownCommandSuggestsOne() {
        var run = Command.run("compar");
        assertEquals(2, run.code());
        assertTrue(run.err().contains("did you mean compare?"), run.err());
    }

    @Test
    void withoutArgumentsItSaysWhatItCanDo() {
        var run = Command.run();
        assertEquals(0, run.code());
        assertTrue(run.out().contains("compare"), run.out());
        assertTrue(run.out().lines().count() <= 24, "one screen");
        assertTrue(run.out().lines().allMatch(line -> line.length() <= 80), "of 80 columns");
    }
}
