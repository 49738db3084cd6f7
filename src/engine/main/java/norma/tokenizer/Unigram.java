package norma.tokenizer;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// Takes the pieces whose probabilities have the highest product, of all ways to make the word of pieces.
///
/// ```text
/// best(j) = max over pieces [i, j) of best(i) + score(piece)          score = log p
/// ```
///
/// A character that is no piece is unknown, ten below the lowest score; unknown ones that stand together are one token. Of equal
/// sums the one is kept that comes from the left.
///
/// Kudo: Subword regularization, arXiv 1804.10959.
final class Unigram implements SubwordModel {
    private static final double PENALTY = 10;

    private final Trie pieces;
    private final double[] scores;
    private final int unknown;
    private final double unknownScore;
    private final boolean byteFallback;
    private final int[] bytes;

    /// @param vocabulary all pieces
    /// @param scores of the pieces, by id
    /// @param unknown the id of what cannot be made of pieces
    /// @param byteFallback what cannot be made of pieces becomes the tokens of its bytes, such as `<0xC3>`, if all of them are there
    Unigram(Vocabulary vocabulary, double[] scores, int unknown, boolean byteFallback) {
        pieces = vocabulary.pieces();
        this.scores = scores;
        this.unknown = unknown;
        this.byteFallback = byteFallback;
        bytes = byteFallback ? ByteTokens.ids(vocabulary) : new int[0];
        unknownScore = Arrays.stream(scores).min().orElse(0) - PENALTY;
    }

    static Unigram read(JsonFields model, Vocabulary vocabulary, double[] scores) throws CorruptFileException {
        int unknown = model.whole("unk_id");
        if (unknown >= scores.length) {
            throw model.incompatibility("unk_id", "below " + scores.length + ", its pieces");
        }
        if (model.number("alpha", 0) != 0) {
            throw model.incompatibility("alpha", "0 or nothing, so that a text has the same tokens each time");
        }
        return new Unigram(vocabulary, scores, unknown, model.flag("byte_fallback", false));
    }

    @Override
    public OptionalInt unknown() {
        return OptionalInt.of(unknown);
    }

    @Override
    public JsonObject toJson(Vocabulary vocabulary) {
        List<List<Object>> scored = new ArrayList<>();
        for (int id = 0; id < scores.length; id++) {
            scored.add(List.of(vocabulary.token(id), scores[id]));
        }
        return JsonFields.object("type", "Unigram", "unk_id", unknown, "vocab", scored, "byte_fallback",
                byteFallback);
    }

    @Override
    public JsonObject decoder() {
        return ByteTokens.decoder(byteFallback);
    }

    @Override
    public String text(Iterable<String> tokens) {
        String text =
                String.join("", byteFallback ? ByteTokens.joined(tokens) : tokens).replace(MetaspacePreTokenizer.SPACE,
                        " ");
        return text.startsWith(" ") ? text.substring(1) : text;
    }

    @Override
    public void tokenize(Normalized text, int from, int to, TokenBuffer out) {
        new Paths(text, from, to).tokens(out);
    }

    /// The best way to each place of a word.
    private final class Paths {
        private final Normalized text;
        private final int from;
        private final int length;
        private final double[] best;
        private final int[] ids;
        private final int[] next;
        private final int[] previous;

        Paths(Normalized text, int from, int to) {
            this.text = text;
            this.from = from;
            length = to - from;
            best = new double[length + 1];
            ids = new int[length + 1];
            next = new int[length + 1];
            previous = new int[length + 1];
            Arrays.fill(previous, Trie.NONE);
            for (int start = 0; start < length; start += Character.charCount(text.codePointAt(from + start))) {
                extend(start, start + Character.charCount(text.codePointAt(from + start)));
            }
        }

        private void extend(int start, int afterOne) {
            int node = Trie.ROOT;
            boolean known = false;
            for (int i = start; i < length; i++) {
                node = pieces.next(node, text.chars[from + i]);
                if (node == Trie.NONE) {
                    break;
                }
                int id = pieces.id(node);
                if (id != Trie.NONE) {
                    offer(start, i + 1, id, scores[id]);
                    known |= i + 1 == afterOne;
                }
            }
            if (!known) {
                offer(start, afterOne, unknown, unknownScore);
            }
        }

        private void offer(int start, int end, int id, double score) {
            double sum = best[start] + score;
            if (previous[end] == Trie.NONE || sum > best[end]) {
                best[end] = sum;
                ids[end] = id;
                previous[end] = start;
            }
        }

        /// Unknown is also what the text spells like the unknown token; alone it is that, together with others bytes.
        private boolean addBytes(int start, int end, TokenBuffer out) {
            String part = text.subSequence(from + start, from + end).toString();
            return byteFallback && pieces.find(part) == Trie.NONE
                    && ByteTokens.add(bytes, part, text.starts[from + start], text.ends[from + end - 1], out);
        }

        void tokens(TokenBuffer out) {
            for (int end = length; end > 0; end = previous[end]) {
                next[previous[end]] = end;
            }
            for (int start = 0, end; start < length; start = end) {
                end = next[start];
                int id = ids[end];
                while (id == unknown && end < length && ids[next[end]] == unknown) {
                    end = next[end];
                }
                if (id != unknown || !addBytes(start, end, out)) {
                    out.add(id, text.starts[from + start], text.ends[from + end - 1]);
                }
            }
        }
    }
}
