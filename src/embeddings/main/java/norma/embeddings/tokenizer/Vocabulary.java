package norma.embeddings.tokenizer;

import java.nio.file.Path;
import java.util.OptionalInt;
import norma.data.CorruptFileException;

/// The tokens of a file and their ids, in the tree along which words are cut: it is all there is, so that each of the many tokens is
/// entered once, before the code that does it is fast.
final class Vocabulary {
    private static final int MOST = 1 << 24;

    /// As many as BERT's has.
    private static final int USUAL = 1 << 15;

    private final Path file;
    private final Trie pieces = new Trie(USUAL);
    private final Trie whole = new Trie(0);
    private int count;
    private int size;

    Vocabulary(Path file) {
        this.file = file;
    }

    /// A token that words are made of.
    void add(String token, int id) throws CorruptFileException {
        add(pieces, token, id);
    }

    /// A token that words are not made of, unless it was added as one of those before.
    void addWhole(String token, int id) throws CorruptFileException {
        add(pieces.find(token) == Trie.NONE ? whole : pieces, token, id);
    }

    private void add(Trie tokens, String token, int id) throws CorruptFileException {
        if (id < 0 || id >= MOST) {
            throw corrupt("ids must be in [0, " + MOST + "); \"" + token + "\" has " + id);
        }
        int node = tokens.grow(token);
        if (tokens.id(node) == Trie.NONE) {
            tokens.set(node, id);
            count++;
        } else if (tokens.id(node) != id) {
            throw corrupt("a token must have one id; \"" + token + "\" has " + tokens.id(node) + " and " + id);
        }
        size = Math.max(size, id + 1);
    }

    /// The highest id, plus one.
    int size() {
        return size;
    }

    OptionalInt find(String token) {
        int id = pieces.find(token) == Trie.NONE ? whole.find(token) : pieces.find(token);
        return id == Trie.NONE ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /// The id of a token that must be there.
    int id(String token) throws CorruptFileException {
        OptionalInt id = find(token);
        if (id.isEmpty()) {
            throw corrupt("the vocabulary must have \"" + token + "\"; it has " + count + " tokens without it");
        }
        return id.getAsInt();
    }

    /// The tokens that words are made of.
    Trie pieces() {
        return pieces;
    }

    CorruptFileException corrupt(String problem) {
        return new CorruptFileException(file, problem);
    }
}
