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
import norma.tokenizer.CharacterTrainer;
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
    void nothingIsDroppedUnasked() {
        assertEquals(List.of("a  b", "c", "\ta\nb ", "a  b"),
                Corpus.of(List.of("a  b", " ", "c", "\ta\nb ", "a  b")).documents());
    }

    @Test
    void distinctKeepsTheFirstOfEqualDocuments() {
        Corpus.Distinct distinct = Corpus.of(List.of("a  b", " ", "c", "A b", "a b")).distinct();
        assertEquals(List.of("a  b", "c", "A b"), distinct.corpus().documents());
        assertEquals(1, distinct.dropped());
    }

    @Test
    void distinctDropsLinesOrParagraphsInADocumentToo() throws IOException {
        Corpus.Distinct lines = read("to be\nor not\n to  be\nthat\n").distinct();
        assertEquals(List.of("to be\nor not\nthat"), lines.corpus().documents());
        assertEquals(1, lines.dropped());
        Corpus.Distinct paragraphs = read("to be\nor\n\nor\n\n\nto be\nor\n").distinct();
        assertEquals(List.of("to be\nor\n\nor"), paragraphs.corpus().documents());
        assertEquals(1, paragraphs.dropped());
        String all = "  to be\r\n\r\n\r\nor not\n\n";
        assertEquals(List.of(all), read(all).distinct().corpus().documents());
    }

    @Test
    void emptyIsRefused() {
        var e = assertThrows(IllegalArgumentException.class, () -> Corpus.of(List.of(" ", "\n")));
        assertTrue(e.getMessage().contains("not blank"), e.getMessage());
    }

    @Test
    void splitIsAPartition() {
        for (int count : new int[] {2, 10, 1000}) {
            for (double share : new double[] {0.1, 0.5, 0.8}) { // two documents are cut where neither is about the share
                Corpus corpus = numbered(count);
                Corpus.Split split = corpus.split(share, 1);
                assertEquals(corpus.length(), split.train().length() + split.validation().length());
                if (count * Math.min(share, 1 - share) >= 1) {
                    Set<String> both = new HashSet<>(split.train().documents());
                    both.addAll(split.validation().documents());
                    assertEquals(new HashSet<>(corpus.documents()), both);
                }
                double measured = (double) split.validation().length() / corpus.length();
                assertTrue(measured >= share / 2 && measured <= share * 2, "%s of %s".formatted(measured, share));
            }
        }
    }

    @Test
    void splitHasNoLeakWhereDocumentsDifferInWhiteSpace() {
        List<String> documents = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            documents.add("some words " + i / 3 + "\n".repeat(i % 3));
        }
        Corpus.Split split = Corpus.of(documents).distinct().corpus().split(0.5, 3);
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
        Corpus.Split split = read("one two three four five six seven eight nine ten\n").split(0.25, 1);
        assertEquals(List.of("one two three four five six seven "), split.train().documents());
        assertEquals(List.of("eight nine ten\n"), split.validation().documents());
    }

    @Test
    void onlyDocumentWithoutSpacesIsCutBetweenCharacters() {
        Corpus.Split split = Corpus.of(List.of("😀😁😂😃")).split(0.5, 1);
        assertEquals(List.of("😀😁"), split.train().documents());
        assertEquals(List.of("😂😃"), split.validation().documents());
        assertEquals(List.of("😀"), Corpus.of(List.of("😀😁")).split(0.3, 1).train().documents());
        assertEquals(List.of(" a"), Corpus.of(List.of(" ab ")).split(1e-18, 1).train().documents());
    }

    @Test
    void aSideWithoutTextIsNamed() {
        var e = assertThrows(IllegalArgumentException.class, () -> Corpus.of(List.of("😀")).split(0.5, 1));
        assertTrue(e.getMessage().contains("the training side"), e.getMessage());
        e = assertThrows(IllegalArgumentException.class, () -> Corpus.of(List.of("a\n")).split(0.5, 1));
        assertTrue(e.getMessage().contains("the validation side"), e.getMessage());
    }

    @Test
    void aTitleIsNoSideOfItsOwn() throws IOException {
        for (String body : List.of("dog ".repeat(10_000), "犬".repeat(40_000), "a line\n\n".repeat(5000))) {
            Corpus.Split split = read("Chapter 0\n\n" + body).split(0.05, 0);
            assertEquals("Chapter 0\n\n" + body,
                    split.train().documents().getFirst() + split.validation().documents().getFirst());
            assertEquals(0.05, split.validation().length() / (11.0 + body.length()), 0.003);
        }
    }

    @Test
    void documentsOfUnequalLengthAreSplitByLength() {
        String book = "word ".repeat(20_000);
        for (List<String> documents : List.of(List.of("a note", book), List.of(book, "a note"),
                List.of(book, book, book))) {
            Corpus.Split split = Corpus.of(documents).split(0.05, 0);
            assertEquals(String.join("", documents),
                    String.join("", split.train().documents()) + String.join("", split.validation().documents()));
            double share = split.validation().length() / (double) Corpus.of(documents).length();
            assertEquals(0.05, share, 0.001);
        }
    }

    @Test
    void aDocumentThatIsRepeatedStaysOnOneSide() {
        List<String> documents = new ArrayList<>(numbered(300).documents());
        documents.addAll(documents);
        Corpus.Split split = Corpus.of(documents).split(0.2, 1);
        assertEquals(600, split.train().documents().size() + split.validation().documents().size());
        split.validation().documents().forEach(d -> assertTrue(!split.train().documents().contains(d), d));
        Corpus.Split one = Corpus.of(List.of("word word", "word word")).split(0.2, 1);
        assertEquals(18, one.train().length() + one.validation().length());
    }

    @Test
    void shareOutsideIsRefused() {
        for (double share : new double[] {0, 1, -1, Double.NaN}) {
            assertThrows(IllegalArgumentException.class, () -> numbered(3).split(share, 1));
        }
    }

    @Test
    void aFileIsOneDocumentAsItStands() throws IOException {
        String text = "  one\r\ntwo\r\n \t\r\n\r\none\none\n\n";
        assertEquals(new Corpus(List.of(text), "\n\n"), read("\uFEFF" + text));
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
        assertEquals(List.of("one\ntwo\n", "three\nstill three\n\nfour\n", "five\n"), corpus.documents());
        assertEquals("\n\n", corpus.separator());
        assertEquals(List.of(folder.resolve("b/.git/config"), folder.resolve("b/0.png")), Corpus.leftOut(folder));
        assertEquals(List.of(), Corpus.leftOut(folder.resolve("c.txt")));
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

    @Test
    void aLongDocumentIsEncodedWhole() {
        String text = "The quick brown fox, jumps\n\n  over\n".repeat(6000);
        Corpus corpus = new Corpus(List.of(text), "\n");
        assertArrayEquals(Tokenizer.bytes().encode(text + "\n"), corpus.encode(Tokenizer.bytes()));
        assertEquals(text + "\n", String.join("", corpus.texts()));
        assertTrue(corpus.texts().size() > 2);
    }

    @Test
    void whatATokenizerDoesNotKnowIsListed() {
        Tokenizer characters = CharacterTrainer.train(List.of("abc\n"));
        assertEquals(List.of("x", "é"), Corpus.of(List.of("axb", "éx")).unknown(characters));
        assertEquals(List.of(), Corpus.of(List.of("axb")).unknown(Tokenizer.bytes()));
    }
}
