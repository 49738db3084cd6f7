package norma.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import norma.io.CorruptFileException;
import norma.tokenizer.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTest {

    @TempDir
    Path folder;

    private static Corpus numbered(int count) {
        List<String> documents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            documents.add("document " + i);
        }
        return Corpus.of(documents);
    }

    private Corpus read(String text) throws IOException {
        Path file = folder.resolve("text.txt");
        Files.writeString(file, text);
        return Corpus.read(file);
    }

    @Test
    void firstOfEqualDocumentsIsKept() {
        Corpus corpus = Corpus.of(List.of("a  b", " ", "c", "\ta\nb ", "A b", "a b"));
        assertEquals(List.of("a  b", "c", "A b"), corpus.documents());
    }

    @Test
    void emptyIsRefused() {
        var e = assertThrows(IllegalArgumentException.class, () -> Corpus.of(List.of(" ", "\n")));
        assertTrue(e.getMessage().contains("not blank"), e.getMessage());
    }

    @Test
    void splitIsAPartition() {
        for (int count : new int[] {2, 3, 10, 1000}) {
            for (double share : new double[] {1e-9, 0.1, 0.5, 0.999999}) {
                Corpus corpus = numbered(count);
                Corpus.Split split = corpus.split(share, 1);
                Set<String> both = new HashSet<>(split.train().documents());
                both.addAll(split.validation().documents());
                assertEquals(new HashSet<>(corpus.documents()), both);
                assertEquals(count, split.train().documents().size() + split.validation().documents().size());
                int expected = Math.clamp(Math.round(share * count), 1, count - 1);
                assertEquals(expected, split.validation().documents().size());
            }
        }
    }

    @Test
    void splitHasNoLeakWhereDocumentsDifferInWhiteSpace() {
        List<String> documents = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            documents.add("some words " + i / 3 + "\n".repeat(i % 3));
        }
        Corpus.Split split = Corpus.of(documents).split(0.5, 3);
        Set<String> train = new HashSet<>();
        split.train().documents().forEach(document -> train.add(document.strip()));
        assertEquals(50, train.size());
        split.validation().documents().forEach(document -> assertTrue(!train.contains(document.strip()), document));
    }

    @Test
    void splitDependsOnTextAndSeedOnly() {
        Corpus corpus = numbered(200);
        assertEquals(corpus.split(0.2, 5), numbered(200).split(0.2, 5));
        assertNotEquals(corpus.split(0.2, 5), corpus.split(0.2, 6));
        assertEquals(new HashSet<>(corpus.split(0.2, 5).validation().documents()),
                new HashSet<>(Corpus.of(corpus.documents().reversed()).split(0.2, 5).validation().documents()));
    }

    @Test
    void documentsStayOnTheirSideWhenOthersAreAdded() {
        Set<String> before = new HashSet<>(numbered(1000).split(0.2, 5).validation().documents());
        before.retainAll(new HashSet<>(numbered(1100).split(0.2, 5).validation().documents()));
        assertTrue(before.size() > 180, before.size() + " of 200");
    }

    @Test
    void onlyDocumentIsCutInTwoBetweenWords() throws IOException {
        Corpus.Split split = read("one two three four five six seven eight nine ten").split(0.25, 1);
        assertEquals(List.of("one two three four five six seven"), split.train().documents());
        assertEquals(List.of("eight nine ten"), split.validation().documents());
    }

    @Test
    void onlyDocumentWithoutSpacesIsCutBetweenCharacters() {
        Corpus.Split split = Corpus.of(List.of("😀😁😂😃")).split(0.5, 1);
        assertEquals(List.of("😀😁"), split.train().documents());
        assertEquals(List.of("😂😃"), split.validation().documents());
        assertEquals(List.of("a"), Corpus.of(List.of(" ab ")).split(1e-18, 1).train().documents());
        assertThrows(IllegalArgumentException.class, () -> Corpus.of(List.of("😀")).split(0.5, 1));
    }

    @Test
    void shareOutsideIsRefused() {
        for (double share : new double[] {0, 1, -1, Double.NaN}) {
            assertThrows(IllegalArgumentException.class, () -> numbered(3).split(share, 1));
        }
    }

    @Test
    void paragraphsOrLines() throws IOException {
        Corpus paragraphs = read("\uFEFF\n  one\r\ntwo\r\n \t\r\n\r\nthree\n\n");
        assertEquals(new Corpus(List.of("  one\ntwo", "three"), "\n\n"), paragraphs);
        assertEquals(new Corpus(List.of("one", "two"), "\n"), read("\n\none\ntwo\n\n\n"));
        assertEquals(new Corpus(List.of("one"), "\n"), read("one"));
    }

    @Test
    void folderIsReadInTheOrderOfPaths() throws IOException {
        Files.createDirectories(folder.resolve("b/.git"));
        Files.writeString(folder.resolve("c.txt"), "five\n");
        Files.writeString(folder.resolve("b/2.txt"), "three\nstill three\n\nfour\n");
        Files.writeString(folder.resolve("b/1.md"), "one\ntwo\n");
        Files.writeString(folder.resolve("b/.git/config"), "hidden");
        Files.write(folder.resolve("b/0.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G', 0});
        Corpus corpus = Corpus.read(folder);
        assertEquals(List.of("one", "two", "three\nstill three", "four", "five"), corpus.documents());
        assertEquals("\n\n", corpus.separator());
    }

    @Test
    void notUtf8NamesFileAndByte() throws IOException {
        Path file = folder.resolve("latin.txt");
        Files.write(file, "caf\u00e9 noir".getBytes(StandardCharsets.ISO_8859_1));
        var e = assertThrows(CorruptFileException.class, () -> Corpus.read(file));
        assertTrue(e.getMessage().contains("latin.txt") && e.getMessage().contains("byte 3 "), e.getMessage());
        assertEquals(e.getMessage(), assertThrows(CorruptFileException.class, () -> Corpus.read(folder)).getMessage());
    }

    @Test
    void nothingToReadNamesThePath() {
        assertTrue(assertThrows(CorruptFileException.class, () -> read("\n \n")).getMessage().contains("text.txt"));
        Path empty = folder.resolve("empty");
        assertThrows(NoSuchFileException.class, () -> Corpus.read(empty));
        var e = assertThrows(CorruptFileException.class, () -> Corpus.read(Files.createDirectory(empty)));
        assertTrue(e.getMessage().contains("empty: "), e.getMessage());
    }

    @Test
    void encodePutsTheSeparatorAfterEachDocument() {
        Corpus corpus = new Corpus(List.of("ab", "c"), "\n\n");
        assertArrayEquals(new int[] {'a', 'b', '\n', '\n', 'c', '\n', '\n'}, corpus.encode(Tokenizer.bytes()));
        assertEquals(3, corpus.length());
    }
}
