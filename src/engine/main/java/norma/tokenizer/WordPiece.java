package norma.tokenizer;

import com.google.gson.JsonObject;
import java.util.OptionalInt;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// Takes the longest piece that a word begins with, then the longest that its rest continues with, and so on. A word that
/// cannot be cut in this way is unknown as a whole.
///
/// Schuster, Nakajima: Japanese and Korean voice search, ICASSP 2012; Wu et al., arXiv 1609.08144. [WordPieceTrainer] learns the
/// pieces.
final class WordPiece implements SubwordModel {
    private final String prefix;
    private final Trie pieces;
    private final int inside;
    private final int unknown;
    private final int longest;

    /// @param vocabulary all pieces; those inside a word begin with `prefix`
    /// @param prefix usually `##`
    /// @param unknown the id of words that cannot be made of pieces
    /// @param longest words of more characters are unknown
    WordPiece(Vocabulary vocabulary, String prefix, int unknown, int longest) {
        this.prefix = prefix;
        pieces = vocabulary.pieces();
        inside = pieces.walk(prefix);
        this.unknown = unknown;
        this.longest = longest;
    }

    static WordPiece read(JsonFields model, Vocabulary vocabulary) throws CorruptFileException {
        return new WordPiece(vocabulary, model.text("continuing_subword_prefix"),
                vocabulary.id(model.text("unk_token")), model.whole("max_input_chars_per_word"));
    }

    @Override
    public OptionalInt unknown() {
        return OptionalInt.of(unknown);
    }

    @Override
    public JsonObject toJson(Vocabulary vocabulary) {
        return JsonFields.object("type", "WordPiece", "unk_token", vocabulary.token(unknown),
                "continuing_subword_prefix",
                prefix, "max_input_chars_per_word", longest, "vocab", vocabulary.toJson());
    }

    @Override
    public JsonObject decoder() {
        return JsonFields.object("type", "WordPiece", "prefix", prefix, "cleanup", false);
    }

    /// Words with a space between; the text's own spaces, and what the normalizer removed, are lost.
    @Override
    public String text(Iterable<String> tokens) {
        StringBuilder text = new StringBuilder();
        for (String token : tokens) {
            boolean continues = !text.isEmpty() && token.startsWith(prefix);
            text.append(text.isEmpty() || continues ? "" : " ")
                    .append(continues ? token.substring(prefix.length()) : token);
        }
        return text.toString();
    }

    @Override
    public void tokenize(Normalized text, int from, int to, TokenBuffer out) {
        int before = out.size();
        int end = isTooLong(text, from, to) ? from : piece(text, from, to, Trie.ROOT, out);
        for (int start = from; end > start && end < to;) {
            start = end;
            end = piece(text, start, to, inside, out);
        }
        if (end < to) {
            out.cut(before);
            out.add(unknown, text.starts[from], text.ends[to - 1]);
        }
    }

    /// Adds the longest piece at `start`, and returns where it ends; `start` if there is none.
    private int piece(Normalized text, int start, int to, int root, TokenBuffer out) {
        int id = Trie.NONE;
        int end = start;
        int node = root;
        for (int i = start; i < to; i++) {
            node = pieces.next(node, text.chars[i]);
            if (node == Trie.NONE) {
                break;
            }
            if (pieces.id(node) != Trie.NONE) {
                id = pieces.id(node);
                end = i + 1;
            }
        }
        if (end > start) {
            out.add(id, text.starts[start], text.ends[end - 1]);
        }
        return end;
    }

    private boolean isTooLong(Normalized text, int from, int to) {
        return to - from > longest && Character.codePointCount(text.chars, from, to - from) > longest;
    }
}
