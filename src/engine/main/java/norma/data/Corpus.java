package norma.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import norma.io.CorruptFileException;
import norma.io.Utf8;
import norma.kernel.SplitMix;
import norma.tokenizer.Tokenizer;
import org.eclipse.collections.api.list.primitive.MutableIntList;
import org.eclipse.collections.impl.factory.primitive.IntLists;

/// Text to learn from: documents that are all different, none blank.
///
/// Two documents that differ in white space only count as the same, and the first is kept; so no document can stand on
/// both sides of a [#split].
///
/// @param documents at least one
/// @param separator what stands between two documents where they are read as one text
public record Corpus(List<String> documents, String separator) {

    /// The two sides of a split.
    ///
    /// @param train to learn from
    /// @param validation to measure on
    public record Split(Corpus train, Corpus validation) {
    }

    /// How many bytes from the start of a file tell whether it is binary; git looks at as many.
    private static final int PROBE = 8000;

    /// Drops blank documents and all but the first of equal ones.
    ///
    /// @throws IllegalArgumentException if none is left
    public Corpus {
        documents = distinct(documents);
        if (documents.isEmpty()) {
            throw new IllegalArgumentException("Corpus: must have a document that is not blank; got none");
        }
    }

    /// Documents of one line each.
    public static Corpus of(List<String> documents) {
        return new Corpus(documents, "\n");
    }

    /// Reads a file, or all files of a folder and the folders in it, in the order of their paths.
    ///
    /// The documents of a file are its paragraphs, which have blank lines between them; where there is only one, its
    /// lines. In a folder, files whose name begins with a dot and binary files (a zero byte near the start) are left
    /// out.
    ///
    /// @throws CorruptFileException if a file is not UTF-8, naming the byte, or there is no text
    /// @throws IOException if something cannot be read
    public static Corpus read(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw new NoSuchFileException(path.toString(), null, "a corpus must be a text file or a folder of them");
        }
        List<String> documents = new ArrayList<>();
        boolean paragraphs = false;
        for (Path file : Files.isDirectory(path) ? textFiles(path) : List.of(path)) {
            paragraphs |= addDocuments(Utf8.read(file), documents);
        }
        try {
            return new Corpus(documents, paragraphs ? "\n\n" : "\n");
        } catch (IllegalArgumentException e) {
            throw new CorruptFileException(path, "a corpus must have text; found none", e);
        }
    }

    /// Splits by document: which side one falls on depends on its text and the seed only, so it stays there when others
    /// are added, but for a few at the border. The only document of a corpus is cut in two instead, between two words
    /// if it has any, and its end is the validation.
    ///
    /// @param validationShare share of the documents that goes to validation, in (0, 1); at least one stays on each
    ///         side
    /// @param seed another seed, another split
    public Split split(double validationShare, long seed) {
        if (!(validationShare > 0 && validationShare < 1)) {
            throw new IllegalArgumentException("Corpus: validationShare must be in (0, 1); got " + validationShare);
        }
        if (documents.size() == 1) {
            return cut(validationShare);
        }
        long[] keys = new long[documents.size()];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = key(documents.get(i), seed);
        }
        long[] sorted = keys.clone();
        Arrays.sort(sorted);
        long last = sorted[Math.clamp(Math.round(validationShare * keys.length), 1, keys.length - 1) - 1];
        List<String> train = new ArrayList<>();
        List<String> validation = new ArrayList<>();
        for (int i = 0; i < keys.length; i++) {
            (keys[i] <= last ? validation : train).add(documents.get(i));
        }
        return new Split(new Corpus(train, separator), new Corpus(validation, separator));
    }

    /// The documents, each followed by the separator: what tokenizers learn from.
    public List<String> texts() {
        List<String> texts = new ArrayList<>(2 * documents.size());
        for (String document : documents) {
            texts.add(document);
            texts.add(separator);
        }
        return texts;
    }

    /// The whole corpus as one sequence of ids: each document, then the separator.
    public int[] encode(Tokenizer tokenizer) {
        int[] between = tokenizer.encode(separator);
        MutableIntList ids = IntLists.mutable.empty();
        for (String document : documents) {
            ids.addAll(tokenizer.encode(document));
            ids.addAll(between);
        }
        return ids.toArray();
    }

    /// How many `char`s the documents have together.
    public long length() {
        long length = 0;
        for (String document : documents) {
            length += document.length();
        }
        return length;
    }

    @Override
    public String toString() {
        return "Corpus[" + documents.size() + " documents, " + length() + " characters]";
    }

    private Split cut(double validationShare) {
        String text = documents.getFirst().strip();
        int points = text.codePointCount(0, text.length());
        if (points < 2) {
            throw new IllegalArgumentException("Corpus: to split, must have two characters at least; got " + points);
        }
        int at = text.offsetByCodePoints(0, Math.clamp(Math.round((1 - validationShare) * points), 1, points - 1));
        int space = at;
        while (space > 0 && !Character.isWhitespace(text.charAt(space))) {
            space--;
        }
        at = space > 0 ? space : at;
        return new Split(new Corpus(List.of(text.substring(0, at)), separator),
                new Corpus(List.of(text.substring(at).strip()), separator));
    }

    /// 64 random bits from text and seed: a polynomial hash over the characters, mixed.
    private static long key(String document, long seed) {
        long hash = seed;
        for (int i = 0; i < document.length(); i++) {
            hash = hash * 0x100000001b3L + document.charAt(i);
        }
        return SplitMix.at(hash, seed);
    }

    private static List<String> distinct(List<String> documents) {
        List<String> kept = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (String document : documents) {
            String words = singleSpaced(document);
            if (!words.isEmpty() && seen.add(words)) {
                kept.add(document);
            }
        }
        return List.copyOf(kept);
    }

    /// The words of `text` with one space between them; `text` itself where it is so already.
    private static String singleSpaced(String text) {
        StringBuilder words = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isWhitespace(c)) {
                words.append(c);
            } else if (!words.isEmpty() && words.charAt(words.length() - 1) != ' ') {
                words.append(' ');
            }
        }
        String result = words.toString().stripTrailing();
        return result.equals(text) ? text : result;
    }

    /// Adds the documents of one file; says whether they are paragraphs.
    private static boolean addDocuments(String text, List<String> documents) {
        List<String> lines = text.lines().toList();
        List<String> paragraphs = new ArrayList<>();
        StringBuilder paragraph = new StringBuilder();
        for (String line : lines) {
            if (!line.isBlank()) {
                paragraph.append(paragraph.isEmpty() ? "" : "\n").append(line);
            } else if (!paragraph.isEmpty()) {
                paragraphs.add(paragraph.toString());
                paragraph.setLength(0);
            }
        }
        boolean several = !paragraphs.isEmpty() && !paragraph.isEmpty() || paragraphs.size() > 1;
        if (!paragraph.isEmpty()) {
            paragraphs.add(paragraph.toString());
        }
        documents.addAll(several ? paragraphs : lines);
        return several;
    }

    private static List<Path> textFiles(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) walk::iterator) {
                if (Files.isRegularFile(path) && !isHidden(folder.relativize(path)) && isText(path)) {
                    files.add(path);
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        files.sort(Comparator.comparing(file -> folder.relativize(file).toString().replace('\\', '/')));
        return files;
    }

    private static boolean isHidden(Path path) {
        for (Path name : path) {
            if (name.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    private static boolean isText(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            for (byte b : in.readNBytes(PROBE)) {
                if (b == 0) {
                    return false;
                }
            }
        }
        return true;
    }
}
