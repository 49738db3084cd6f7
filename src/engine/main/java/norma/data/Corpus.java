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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import norma.io.CorruptFileException;
import norma.io.Utf8;
import norma.kernel.SplitMix;
import norma.tokenizer.Tokenizer;
import org.eclipse.collections.api.list.primitive.MutableIntList;
import org.eclipse.collections.impl.factory.primitive.IntLists;

/// Text to learn from: documents, none blank. Nothing of their text is changed, and equal ones stay unless [#distinct] is asked.
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

    /// A corpus without repetitions.
    ///
    /// @param corpus what is left
    /// @param dropped how many passages are not in it, because an equal one is
    public record Distinct(Corpus corpus, long dropped) {
    }

    private static final String PARAGRAPHS = "\n\n";

    /// How many bytes from the start of a file tell whether it is binary; git looks at as many.
    private static final int PROBE = 8000;

    /// A split by document is a fair one if neither side has less than this part of its share, nor the validation more than its
    /// inverse.
    private static final double FAIR = 0.5;

    /// Tokenizers take long documents in pieces of whole lines with at least so many characters: they need several times a
    /// text's memory.
    private static final int PIECE = 1 << 16;

    /// Leaves out documents of nothing but white space.
    ///
    /// @throws IllegalArgumentException if none is left
    public Corpus {
        documents = documents.stream().filter(document -> !document.isBlank()).toList();
        if (documents.isEmpty()) {
            throw new IllegalArgumentException("Corpus: must have a document that is not blank; got none");
        }
    }

    /// Documents of one line each.
    public static Corpus of(List<String> documents) {
        return new Corpus(documents, "\n");
    }

    /// Reads a file, or all files of a folder and the folders in it, in the order of their paths. Each is one document, with its
    /// text as it stands there. [#leftOut] says which files of a folder are not read.
    ///
    /// @throws CorruptFileException if a file is not UTF-8, naming the byte, or there is no text
    /// @throws IOException if something cannot be read
    public static Corpus read(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw new NoSuchFileException(path.toString(), null, "a corpus must be a text file or a folder of them");
        }
        List<String> documents = new ArrayList<>();
        for (Path file : Files.isDirectory(path) ? files(path, true) : List.of(path)) {
            documents.add(Utf8.read(file));
        }
        try {
            return new Corpus(documents, PARAGRAPHS);
        } catch (IllegalArgumentException e) {
            throw new CorruptFileException(path, "a corpus must have text; found none", e);
        }
    }

    /// The files of a folder that [#read] passes by: those whose name, or that of a folder around them, begins with a dot, and
    /// binary ones (a zero byte near the start). None where `path` is a file.
    ///
    /// @throws IOException if something cannot be read
    public static List<Path> leftOut(Path path) throws IOException {
        return Files.isDirectory(path) ? files(path, false) : List.of();
    }

    /// Splits by document where that gives each side about its share of the text: which side a document falls on depends on its
    /// text and the seed only, so it stays there when others are added, but for a few at the border.
    ///
    /// Few or very unequal documents, and a single one always, are split by length instead: the last part of the text is the
    /// validation, and the document at the border is cut in two, before a space near it if there is one. Either way all of
    /// the text is on one side or the other. What is repeated in it may then stand on both; [#distinct] prevents that.
    ///
    /// @param validationShare share of the text that goes to validation, in (0, 1)
    /// @param seed another seed, another split by document
    /// @throws IllegalArgumentException if a side would have no text, naming it
    public Split split(double validationShare, long seed) {
        if (!(validationShare > 0 && validationShare < 1)) {
            throw new IllegalArgumentException("Corpus: validationShare must be in (0, 1); got " + validationShare);
        }
        List<Corpus> sides = byDocument(validationShare, seed);
        return fair(sides, validationShare) ? new Split(sides.getFirst(), sides.getLast()) : byLength(validationShare);
    }

    /// Drops each passage that stood before, in the same document or an earlier one. Passages are paragraphs, which have blank
    /// lines between them; where a document has no blank line, its lines. They are equal if they differ in white space only.
    public Distinct distinct() {
        List<String> kept = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        long dropped = 0;
        for (String document : documents) {
            List<String> paragraphs = paragraphs(document);
            boolean lines = paragraphs.size() == 1;
            List<String> passages = lines ? paragraphs.getFirst().lines().toList() : paragraphs;
            List<String> fresh = passages.stream().filter(passage -> seen.add(singleSpaced(passage))).toList();
            dropped += passages.size() - fresh.size();
            kept.add(fresh.size() == passages.size() ? document : String.join(lines ? "\n" : PARAGRAPHS, fresh));
        }
        return new Distinct(new Corpus(kept, separator), dropped);
    }

    /// The text in pieces that a tokenizer can learn from: the documents, each followed by the separator.
    public List<String> texts() {
        List<String> texts = new ArrayList<>(2 * documents.size());
        for (String document : documents) {
            texts.addAll(pieces(document));
            texts.add(separator);
        }
        return texts;
    }

    /// The whole corpus as one sequence of ids: each document, then the separator. A long document is encoded in pieces of whole
    /// lines.
    public int[] encode(Tokenizer tokenizer) {
        int[] between = tokenizer.encode(separator);
        MutableIntList ids = IntLists.mutable.empty();
        for (String document : documents) {
            pieces(document).forEach(piece -> ids.addAll(tokenizer.encode(piece)));
            ids.addAll(between);
        }
        return ids.toArray();
    }

    /// What of the text a tokenizer has no tokens for; see [Tokenizer#unknown].
    public List<String> unknown(Tokenizer tokenizer) {
        Set<String> unknown = new LinkedHashSet<>();
        texts().forEach(text -> unknown.addAll(tokenizer.unknown(text)));
        return List.copyOf(unknown);
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

    /// Training and validation; the single document of a corpus is on the first side.
    private List<Corpus> byDocument(double validationShare, long seed) {
        if (documents.size() == 1) {
            return List.of(this);
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
        return train.isEmpty() ? List.of(this)
                : List.of(new Corpus(train, separator), new Corpus(validation, separator));
    }

    private boolean fair(List<Corpus> sides, double validationShare) {
        double share = (double) sides.getLast().length() / length();
        return sides.size() == 2 && share >= FAIR * validationShare && share <= validationShare / FAIR
                && 1 - share >= FAIR * (1 - validationShare);
    }

    private Split byLength(double validationShare) {
        long begin = leading(documents.getFirst());
        long end = length() - trailing(documents.getLast());
        long at = Math.max(begin + 1, Math.min(end - 1, Math.round((1 - validationShare) * length())));
        long room = Math.min(at - begin, end - at) / 2;
        List<String> train = new ArrayList<>();
        List<String> validation = new ArrayList<>();
        for (String document : documents) {
            int cut = at <= 0 ? 0 : at >= document.length() ? document.length() : border(document, (int) at, room);
            train.add(document.substring(0, cut));
            validation.add(document.substring(cut));
            at -= document.length();
        }
        return new Split(side("training", train), side("validation", validation));
    }

    private Corpus side(String name, List<String> texts) {
        if (texts.stream().allMatch(String::isBlank)) {
            throw new IllegalArgumentException(
                    "Corpus: the %s side of a split must have text; got none of %d characters; add text"
                            .formatted(name, length()));
        }
        return new Corpus(texts, separator);
    }

    /// Where to cut a document: behind the last white space among the `room` characters before `at`; else at `at`, but in no
    /// character.
    private static int border(String text, int at, long room) {
        for (int i = at; i > at - room && i > 0; i--) {
            if (Character.isWhitespace(text.charAt(i - 1))) {
                return i;
            }
        }
        return Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at)) ? at - 1 : at;
    }

    private static int leading(String text) {
        return text.length() - text.stripLeading().length();
    }

    private static int trailing(String text) {
        return text.length() - text.stripTrailing().length();
    }

    private static List<String> pieces(String document) {
        List<String> pieces = new ArrayList<>();
        int start = 0;
        for (int end; start < document.length(); start = end) {
            end = document.indexOf('\n', start + PIECE) + 1;
            end = end == 0 ? document.length() : end;
            pieces.add(document.substring(start, end));
        }
        return pieces;
    }

    /// 64 random bits from text and seed: a polynomial hash over the characters, mixed.
    private static long key(String document, long seed) {
        long hash = seed;
        for (int i = 0; i < document.length(); i++) {
            hash = hash * 0x100000001b3L + document.charAt(i);
        }
        return SplitMix.at(hash, seed);
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

    private static List<String> paragraphs(String document) {
        List<String> paragraphs = new ArrayList<>();
        StringBuilder paragraph = new StringBuilder();
        for (String line : (Iterable<String>) document.lines()::iterator) {
            if (!line.isBlank()) {
                paragraph.append(paragraph.isEmpty() ? "" : "\n").append(line);
            } else if (!paragraph.isEmpty()) {
                paragraphs.add(paragraph.toString());
                paragraph.setLength(0);
            }
        }
        if (!paragraph.isEmpty()) {
            paragraphs.add(paragraph.toString());
        }
        return paragraphs;
    }

    /// The files in a folder, text or not, in the order of their paths.
    private static List<Path> files(Path folder, boolean text) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) walk::iterator) {
                if (Files.isRegularFile(path) && text == (!isHidden(folder.relativize(path)) && isText(path))) {
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
