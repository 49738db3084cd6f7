package norma.tokenizer;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import norma.io.AtomicFile;
import norma.io.CorruptFileException;
import norma.json.JsonFields;
import norma.tokenizer.AddedToken.Match;

/// Text to numbers and back: ids in `[0, vocabulary)`.
///
/// ```text
/// text → added tokens found → normalized → cut into words → words to tokens → special tokens around
/// ```
///
/// A tokenizer is read from the `tokenizer.json` or `vocab.txt` that came with a pretrained model, or learned from texts:
/// [#bytes], [CharacterTrainer], [BpeTrainer], [WordPieceTrainer].
///
/// Ids and offsets are those of https://github.com/huggingface/tokenizers, whose files are read and written. How many tokens are kept
/// is the caller's choice: the file's own truncation and padding are not looked at. A surrogate without its partner is no
/// character; it is read as U+FFFD.
///
/// Tokenizers are immutable and may be used by many threads at once.
public final class Tokenizer {
    private static final TokenBuffer NOTHING = new TokenBuffer(0, 0);

    private final Vocabulary vocabulary;
    private final List<AddedToken> added;
    private final TextNormalizer normalizer;
    private final PreTokenizer preTokenizer;
    private final SubwordModel model;
    private final PostProcessor postProcessor;
    private final boolean cutsBeginning;

    private final AddedTokens verbatim;
    private final AddedTokens normalized;
    private final BitSet special = new BitSet();

    Tokenizer(Vocabulary vocabulary, List<AddedToken> added, TextNormalizer normalizer, PreTokenizer preTokenizer,
            SubwordModel model, PostProcessor postProcessor) {
        this(vocabulary, added, normalizer, preTokenizer, model, postProcessor, false);
    }

    private Tokenizer(Vocabulary vocabulary, List<AddedToken> added, TextNormalizer normalizer,
            PreTokenizer preTokenizer, SubwordModel model, PostProcessor postProcessor, boolean cutsBeginning) {
        this.vocabulary = vocabulary;
        this.added = List.copyOf(added);
        this.normalizer = normalizer;
        this.preTokenizer = preTokenizer;
        this.model = model;
        this.postProcessor = postProcessor;
        this.cutsBeginning = cutsBeginning;
        verbatim = new AddedTokens(added.stream().filter(t -> !t.normalized()).toList(), new TextNormalizer.None());
        normalized = new AddedTokens(added.stream().filter(AddedToken::normalized).toList(), normalizer);
        added.stream().filter(AddedToken::special).forEach(token -> special.set(token.id()));
    }

    /// A tokenizer whose ids are the bytes of the text in UTF-8; V = 256. It knows every text, and there is nothing to learn.
    public static Tokenizer bytes() {
        return BpeTrainer.tokenizer(List.of());
    }

    /// Reads a tokenizer.
    ///
    /// Where a folder's files contradict each other, transformers (version 5) is followed: `tokenizer_config.json` says which class the
    /// tokenizer is of, and most classes take only the vocabulary from `tokenizer.json`.
    ///
    /// @param path a folder with a `tokenizer.json` or else BERT's `vocab.txt`, one token a line, or else RoBERTa's `vocab.json` and
    ///        `merges.txt`, and with `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json` if there are such; or a
    ///        `vocab.txt` with the same beside it; or a `tokenizer.json` alone
    /// @throws CorruptFileException if the file is not what it must be, or asks for something that this class does not know:
    ///         names the file, and what must hold
    /// @throws IOException if it cannot be read
    public static Tokenizer load(Path path) throws IOException {
        Path json = path.resolve("tokenizer.json");
        if (Files.isDirectory(path) && Files.exists(json)) {
            try (InputStream in = Files.newInputStream(json)) {
                return TokenizerFile.read(json, in, TokenizerFolder.read(path, TokenizerClass.UNKNOWN));
            }
        }
        Path merged = path.resolve(MergesFile.VOCABULARY);
        if (Files.isDirectory(path) && Files.exists(merged)) {
            TokenizerFolder folder = TokenizerFolder.read(path, TokenizerClass.UNKNOWN);
            if (folder.tokenizerClass().model().equals("BPE") || !Files.exists(path.resolve("vocab.txt"))) {
                return MergesFile.read(merged, folder);
            }
        }
        Path file = Files.isDirectory(path) ? path.resolve("vocab.txt") : path;
        if (file.toString().endsWith(".txt")) {
            return VocabularyFile.read(file, TokenizerFolder.read(file.resolveSibling(""), TokenizerClass.BERT));
        }
        try (InputStream in = Files.newInputStream(file)) {
            return load(file, in);
        }
    }

    /// The same tokenizer for texts whose letters become small first, character by character; accents stay. Added tokens such as
    /// `[MASK]` are found before.
    public Tokenizer lowercased() {
        return new Tokenizer(vocabulary, added, normalizer.lowercased(), preTokenizer, model, postProcessor,
                cutsBeginning);
    }

    /// The same for models that read the end of a text that is too long.
    Tokenizer cuttingBeginning() {
        return new Tokenizer(vocabulary, added, normalizer, preTokenizer, model, postProcessor, true);
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

    /// Writes the tokenizer, whole or not at all, as [#load(Path)] and Hugging Face's libraries read it.
    ///
    /// @param file usually named `tokenizer.json`
    /// @throws IOException if it cannot be written; a file that was there is then as it was
    public void save(Path file) throws IOException {
        JsonObject json = JsonFields.object("version", "1.0", "truncation", JsonNull.INSTANCE, "padding",
                JsonNull.INSTANCE,
                "added_tokens", added.stream().map(AddedToken::toJson).toList(), "normalizer", normalizer.toJson(),
                "pre_tokenizer", preTokenizer.toJson(), "post_processor", postProcessor.toJson(vocabulary), "decoder",
                model.decoder(), "model", model.toJson(vocabulary));
        AtomicFile.write(file, json + "\n");
    }

    /// The ids of a text, without special tokens around.
    public int[] encode(String text) {
        TokenBuffer tokens = tokens(text, Integer.MAX_VALUE);
        return Arrays.copyOf(tokens.ids, tokens.size());
    }

    /// The text of `ids`, without special tokens such as `[CLS]`. Byte-level and character tokenizers give every text back as it was; others
    /// forget where spaces were, and what their normalizer took away.
    ///
    /// @throws IllegalArgumentException if an id is not below the vocabulary
    public String decode(int[] ids) {
        List<String> tokens = new ArrayList<>(ids.length);
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= vocabulary()) {
                throw new IllegalArgumentException("Tokenizer: ids must be in [0, " + vocabulary() + "); got " + ids[i]
                        + " at " + i);
            }
            if (!special.get(ids[i])) {
                tokens.add(vocabulary.token(ids[i]));
            }
        }
        return model.text(tokens);
    }

    /// Encodes a text, with the special tokens that the model expects around it.
    ///
    /// @param text any text, of any length
    /// @param maxTokens the first that many tokens are kept, special ones included, or the last ones if the model's files say so
    public Encoding encode(String text, int maxTokens) {
        var parts = postProcessor.single();
        int room = room(parts, maxTokens);
        TokenBuffer tokens = tokens(text, cutsBeginning ? Integer.MAX_VALUE : room);
        cut(tokens, Math.min(tokens.size(), room));
        return PostProcessor.fill(parts, tokens, NOTHING);
    }

    /// Encodes two texts as one input, such as a query and a passage. If together they are too long, the longer one is cut until both
    /// have the same length, then both are.
    ///
    /// @param first any text
    /// @param second any text
    /// @param maxTokens how many tokens are kept, special ones included
    public Encoding encodePair(String first, String second, int maxTokens) {
        var parts = postProcessor.pair();
        int room = room(parts, maxTokens);
        // since tokenizers 0.23 no more words are looked at than could be kept, and so many say which text is longer
        TokenBuffer a = tokens(first, cutsBeginning ? Integer.MAX_VALUE : maxTokens);
        TokenBuffer b = tokens(second, cutsBeginning ? Integer.MAX_VALUE : maxTokens);
        if (a.size() + b.size() > room) {
            int shorter = Math.min(Math.min(a.size(), b.size()), room / 2);
            boolean firstIsShorter = a.size() <= b.size();
            cut(a, firstIsShorter ? shorter : room - shorter);
            cut(b, firstIsShorter ? room - shorter : shorter);
        }
        return PostProcessor.fill(parts, a, b);
    }

    private void cut(TokenBuffer tokens, int size) {
        if (cutsBeginning) {
            tokens.cutBeginning(size);
        } else {
            tokens.cut(size);
        }
    }

    /// One more than the highest id.
    public int vocabulary() {
        return vocabulary.size();
    }

    /// The id of a token, such as `[PAD]`; empty if the vocabulary does not have it.
    public OptionalInt id(String token) {
        return vocabulary.find(token);
    }

    /// The parts of a text that no token stands for, each once, in the order of the text: single characters, or, where words are
    /// known as a whole or not at all, words. They all get the same id, so a model can't tell them apart, and [#decode] can't
    /// say what they were. Always empty for tokenizers of bytes.
    public List<String> unknown(String text) {
        OptionalInt unknown = model.unknown();
        if (unknown.isEmpty()) {
            return List.of();
        }
        Set<String> parts = new LinkedHashSet<>();
        TokenBuffer tokens = tokens(text, Integer.MAX_VALUE);
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.ids[i] == unknown.getAsInt()) {
                parts.add(text.substring(tokens.starts[i], tokens.ends[i]));
            }
        }
        parts.remove(vocabulary.token(unknown.getAsInt())); // who writes [UNK] means it
        return List.copyOf(parts);
    }

    private static int room(List<PostProcessor.Part> parts, int maxTokens) {
        int room = maxTokens - PostProcessor.added(parts);
        if (room < 0) {
            throw new IllegalArgumentException("Tokenizer: maxTokens must be at least " + PostProcessor.added(parts)
                    + ", the special tokens around the text; got " + maxTokens);
        }
        return room;
    }

    /// The tokens of a text, without special ones around; more than `wanted` only if they are already there.
    private TokenBuffer tokens(String text, int wanted) {
        TokenBuffer out = new TokenBuffer(wanted, text.length());
        for (int at = 0; at < text.length() && !out.enough();) {
            Match match = verbatim.find(text, at);
            if (match.start() > at) {
                addNormalized(normalizer.normalize(Normalized.unchanged(text, at, match.start())), out);
            }
            if (match.id() != Trie.NONE) {
                out.add(match.id(), match.start(), match.end());
            }
            at = match.end();
        }
        if (postProcessor.trimOffsets()) {
            trim(text, out);
        }
        return out;
    }

    private void addNormalized(Normalized text, TokenBuffer out) {
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

    private void addWords(Normalized part, TokenBuffer out) {
        preTokenizer.cut(part, 0, part.length, (text, from, to) -> {
            model.tokenize(text, from, to, out);
            return !out.enough();
        });
    }

    /// Takes the spaces around a token out of its place in the text.
    private static void trim(String text, TokenBuffer tokens) {
        for (int i = 0; i < tokens.size(); i++) {
            int start = tokens.starts[i];
            int end = tokens.ends[i];
            while (start < end && text.charAt(start) == ' ') {
                start++;
            }
            while (start < end && text.charAt(end - 1) == ' ') {
                end--;
            }
            tokens.starts[i] = start;
            tokens.ends[i] = end;
        }
    }
}
