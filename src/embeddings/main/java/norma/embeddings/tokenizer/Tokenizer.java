package norma.embeddings.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import norma.data.CorruptFileException;
import norma.embeddings.tokenizer.AddedToken.Match;

/// A pretrained model's tokenizer, read from the `tokenizer.json` or `vocab.txt` that came with the model.
///
/// ```text
/// text → added tokens found → normalized → cut into words → words to tokens → special tokens around
/// ```
///
/// Ids and offsets are those of https://github.com/huggingface/tokenizers, which wrote the file. How many tokens are kept is the
/// caller's choice: the file's own truncation and padding are not looked at. A surrogate without its partner is no character; it
/// is read as U+FFFD.
///
/// Tokenizers are immutable and may be used by many threads at once.
public final class Tokenizer {

    /// The steps of a tokenizer, as a file describes them.
    record Steps(Vocabulary vocabulary, List<AddedToken> added, TextNormalizer normalizer, PreTokenizer preTokenizer,
            Subwords subwords, PostProcessor postProcessor) {
    }

    private static final Pieces NOTHING = new Pieces(0);

    private final Steps steps;
    private final AddedTokens verbatim;
    private final AddedTokens normalized;

    Tokenizer(Steps steps) {
        this.steps = steps;
        verbatim =
                new AddedTokens(steps.added.stream().filter(t -> !t.normalized()).toList(), new TextNormalizer.None());
        normalized = new AddedTokens(steps.added.stream().filter(AddedToken::normalized).toList(), steps.normalizer);
    }

    /// Reads a tokenizer.
    ///
    /// @param path a `tokenizer.json`; or a `vocab.txt` of BERT, one token a line, which may have a `tokenizer_config.json` beside
    ///        it; or a folder with one of them, the first if both are there
    /// @throws CorruptFileException if the file is not what it must be, or asks for something that this class does not know:
    ///         names the file, and what must hold
    /// @throws IOException if it cannot be read
    public static Tokenizer load(Path path) throws IOException {
        Path json = path.resolve("tokenizer.json");
        Path file = !Files.isDirectory(path) ? path : Files.exists(json) ? json : path.resolve("vocab.txt");
        if (file.toString().endsWith(".txt")) {
            return VocabularyFile.read(file);
        }
        try (InputStream in = Files.newInputStream(file)) {
            return load(file, in);
        }
    }

    /// Reads a tokenizer from a stream, which it leaves open.
    ///
    /// @param file for messages
    /// @param in a `tokenizer.json`
    /// @throws CorruptFileException as [#load(Path)] does
    /// @throws IOException if it cannot be read
    public static Tokenizer load(Path file, InputStream in) throws IOException {
        return TokenizerFile.read(file, in);
    }

    /// Encodes a text, with the special tokens that the model expects around it.
    ///
    /// @param text any text, of any length
    /// @param maxTokens the first that many tokens are kept, special ones included
    public Encoding encode(String text, int maxTokens) {
        var parts = steps.postProcessor.template().single();
        Pieces pieces = tokens(text, room(parts, maxTokens));
        pieces.cut(Math.min(pieces.size(), room(parts, maxTokens)));
        return Template.fill(parts, pieces, NOTHING);
    }

    /// Encodes two texts as one input, such as a query and a passage. If together they are too long, the longer one is cut until both
    /// have the same length, then both are.
    ///
    /// @param first any text
    /// @param second any text
    /// @param maxTokens how many tokens are kept, special ones included
    public Encoding encodePair(String first, String second, int maxTokens) {
        var parts = steps.postProcessor.template().pair();
        int room = room(parts, maxTokens);
        Pieces a = tokens(first, Integer.MAX_VALUE); // all of them, to know which is longer
        Pieces b = tokens(second, Integer.MAX_VALUE);
        if (a.size() + b.size() > room) {
            int shorter = Math.min(Math.min(a.size(), b.size()), room / 2);
            boolean firstIsShorter = a.size() <= b.size();
            a.cut(firstIsShorter ? shorter : room - shorter);
            b.cut(firstIsShorter ? room - shorter : shorter);
        }
        return Template.fill(parts, a, b);
    }

    /// One more than the highest id.
    public int vocabulary() {
        return steps.vocabulary.size();
    }

    /// The id of a token, such as `[PAD]`; empty if the vocabulary does not have it.
    public OptionalInt id(String token) {
        return steps.vocabulary.find(token);
    }

    private static int room(List<Template.Part> parts, int maxTokens) {
        int room = maxTokens - Template.added(parts);
        if (room < 0) {
            throw new IllegalArgumentException("Tokenizer: maxTokens must be at least " + Template.added(parts)
                    + ", the special tokens around the text; got " + maxTokens);
        }
        return room;
    }

    /// The tokens of a text, without special ones around; more than `wanted` only if they are already there.
    private Pieces tokens(String text, int wanted) {
        Pieces out = new Pieces(wanted);
        for (int at = 0; at < text.length() && !out.enough();) {
            Match match = verbatim.find(text, at);
            if (match.start() > at) {
                addNormalized(steps.normalizer.normalize(text, at, match.start()), out);
            }
            if (match.id() != Trie.NONE) {
                out.add(match.id(), match.start(), match.end());
            }
            at = match.end();
        }
        if (steps.postProcessor.trimOffsets()) {
            trim(text, out);
        }
        return out;
    }

    private void addNormalized(Normalized text, Pieces out) {
        for (int at = 0; at < text.length && !out.enough();) {
            Match match = normalized.find(text, at);
            if (match.start() > at) {
                boolean all = at == 0 && match.start() == text.length;
                addWords(all ? text : text.part(at, match.start()), out);
            }
            if (match.id() != Trie.NONE) {
                out.add(match.id(), text.starts[match.start()], text.ends[match.end() - 1]);
            }
            at = match.end();
        }
    }

    private void addWords(Normalized part, Pieces out) {
        Normalized text = steps.preTokenizer.prepare(part);
        int start = steps.preTokenizer.start(text, 0, text.length);
        while (start < text.length && !out.enough()) {
            int end = steps.preTokenizer.end(text, start, text.length);
            steps.subwords.tokenize(text, start, end, out);
            start = steps.preTokenizer.start(text, end, text.length);
        }
    }

    /// Takes the spaces around a token out of its place in the text.
    private static void trim(String text, Pieces pieces) {
        for (int i = 0; i < pieces.size(); i++) {
            int start = pieces.starts.get(i);
            int end = pieces.ends.get(i);
            while (start < end && text.charAt(start) == ' ') {
                start++;
            }
            while (start < end && text.charAt(end - 1) == ' ') {
                end--;
            }
            pieces.starts.set(i, start);
            pieces.ends.set(i, end);
        }
    }
}
