package norma.embeddings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a process loads until its first embedding.
class StartTest {
    @TempDir
    private Path folder;

    /// The program.
    static final class Program {
        public static void main(String[] folder) throws IOException {
            try (var encoder = SentenceEncoder.load(Path.of(folder[0]), Options.DEFAULT.threads(1))) {
                System.out.println(encoder.encodeQuery("a text, to be sure").length + " numbers");
            }
        }
    }

    /// What takes long to load: Eclipse Collections, whose jars are signed, so that the VM reads all of them before it takes a class (190 ms);
    /// JDK 25's BigDecimal, which computes large powers of five (40 ms); switches over types, for which classes are made (20 ms).
    private static final Pattern SLOW =
            Pattern.compile("org\\.eclipse\\.collections|java\\.math\\.BigInteger\\$RecursiveOp|TypeSwitch");

    @Test
    void nothingSlowOnTheWayToTheFirstEmbedding() throws Exception {
        TrainableFolder.encoder(Files.createDirectories(folder.resolve("first"))).save(folder);
        List<String> loaded = ClassPathProgram.run(Program.class, List.of("-Xlog:class+load"), folder.toString());
        assertTrue(loaded.stream().anyMatch(line -> line.endsWith(" numbers")), "the last lines are " + loaded
                .subList(Math.max(0, loaded.size() - 20), loaded.size()));
        assertTrue(loaded.stream().anyMatch(line -> line.contains(" norma.tokenizer.WordPiece ")));
        assertEquals(List.of(), loaded.stream().filter(SLOW.asPredicate()).toList());
    }
}
