package norma.embeddings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

    /// Its jars are signed, and the VM reads all of a signed jar before it takes a class from it: 190 ms.
    @Test
    void noCollectionsOnTheWayToTheFirstEmbedding() throws Exception {
        TrainableFolder.encoder(Files.createDirectories(folder.resolve("first"))).save(folder);
        List<String> loaded = ClassPathProgram.run(Program.class, List.of("-Xlog:class+load"), folder.toString());
        assertTrue(loaded.stream().anyMatch(line -> line.endsWith(" numbers")), "the last lines are " + loaded
                .subList(Math.max(0, loaded.size() - 20), loaded.size()));
        assertTrue(loaded.stream().anyMatch(line -> line.contains(" norma.tokenizer.WordPiece ")));
        assertEquals(List.of(), loaded.stream().filter(line -> line.contains("org.eclipse.collections")).toList());
    }
}
