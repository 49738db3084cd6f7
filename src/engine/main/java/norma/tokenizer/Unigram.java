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

    /// @param vocabulary all pieces
    /// @param scores of the pieces, by id
    /// @param unknown the id of what cannot be made of pieces
    Unigram(Vocabulary vocabulary, double[] scores, int unknown) {
        pieces = vocabulary.pieces();
        this.scores = scores;
        this.unknown = unknown;
        unknownScore = Arrays.stream(scores).min().orElse(0) - PENALTY;
    }

    static Unigram read(JsonFields model, Vocabulary vocabulary, double[] scores) throws CorruptFileException {
        int unknown = model.whole("unk_id");
        if (unknown >= scores.length || model.flag("byte_fallback", false)) {
            throw model.corrupt(
                    "must have an unk_id below " + scores.length + ", its pieces, and no byte_fallback; unk_id is "
                            + unknown);
        }
        return new Unigram(vocabulary, scores, unknown);
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
        return JsonFields.object("type", "Unigram", "unk_id", unknown, "vocab", scored);
    }

    @Override
    public JsonObject decoder() {
        return MetaspacePreTokenizer.step(true);
    }

    @Override
    public String text(Iterable<String> tokens) {
        String text = String.join("", tokens).replace(MetaspacePreTokenizer.SPACE, ' ');
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
                out.add(id, text.starts[from + start], text.ends[from + end - 1]);
            }
        }
    }
}
