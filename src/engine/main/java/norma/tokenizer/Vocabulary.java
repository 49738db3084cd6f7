package norma.tokenizer;

import com.google.gson.JsonObject;
import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import norma.io.CorruptFileException;

/// The tokens of a file and their ids, in the tree along which words are cut. There is no second table by text: each of the many
/// tokens is entered once, since at a start this code is still interpreted.
final class Vocabulary {
    private static final int MOST = 1 << 24;

    /// As many as BERT's has.
    private static final int USUAL = 1 << 15;

    private final Path file;
    private final Trie pieces = new Trie(USUAL);
    private final Trie whole = new Trie(0);
    private int count;
    private int words;
    private int wordIds;
    private int size;
    private volatile String[] tokens;

    /// @param file for messages
    Vocabulary(Path file) {
        this.file = file;
    }

    /// The vocabulary of a new tokenizer: different tokens in order of their ids.
    static Vocabulary of(List<String> tokens) {
        Vocabulary vocabulary = new Vocabulary(Path.of("tokenizer.json"));
        try {
            for (int id = 0; id < tokens.size(); id++) {
                vocabulary.add(tokens.get(id), id);
            }
        } catch (CorruptFileException e) {
            throw new IllegalArgumentException(e);
        }
        return vocabulary;
    }

    /// A token that words are made of.
    void add(String token, int id) throws CorruptFileException {
        add(pieces, token, id);
        words++;
        wordIds = Math.max(wordIds, id + 1);
    }

    /// Tokens and their ids, an object of a file.
    void addAll(JsonReader json) throws IOException {
        json.beginObject();
        while (json.hasNext()) {
            add(json.nextName(), json.nextInt());
        }
        json.endObject();
    }

    /// The same for a token that may have been added before, with an id that it has no longer.
    void addLast(String token, int id) throws CorruptFileException {
        int node = pieces.grow(token);
        if (pieces.id(node) == Trie.NONE) {
            add(token, id);
        } else {
            pieces.set(node, id);
            wordIds = Math.max(wordIds, id + 1);
            size = Math.max(size, id + 1);
        }
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

    /// How many tokens there are that words are made of.
    int words() {
        return words;
    }

    /// Whether their ids are others than 0, 1, ..., words - 1.
    boolean hasGaps() {
        return wordIds != words;
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

    /// The token of an id below [#size]; empty if no token has it.
    String token(int id) {
        if (tokens == null) { // most tokenizers are never asked
            String[] all = new String[size];
            whole.list(all);
            pieces.list(all);
            tokens = all;
        }
        return tokens[id] == null ? "" : tokens[id];
    }

    /// The tokens that words are made of.
    Trie pieces() {
        return pieces;
    }

    /// The tokens that words are made of, each with its id.
    JsonObject toJson() {
        JsonObject json = new JsonObject();
        for (int id = 0; id < size; id++) {
            if (pieces.find(token(id)) == id) {
                json.addProperty(token(id), id);
            }
        }
        return json;
    }

    CorruptFileException corrupt(String problem) {
        return new CorruptFileException(file, problem);
    }
}
