package norma.embeddings.tokenizer;

import com.carrotsearch.hppc.ObjectIntHashMap;
import java.nio.file.Path;
import java.util.OptionalInt;
import norma.data.CorruptFileException;

/// The tokens of a file and their ids.
final class Vocabulary {
    private static final int MOST = 1 << 24;

    private final Path file;
    private final ObjectIntHashMap<String> ids = new ObjectIntHashMap<>();
    private int size;

    Vocabulary(Path file) {
        this.file = file;
    }

    void add(String token, int id) throws CorruptFileException {
        if (id < 0 || id >= MOST) {
            throw corrupt("ids must be in [0, " + MOST + "); \"" + token + "\" has " + id);
        }
        if (!ids.putIfAbsent(token, id) && ids.get(token) != id) {
            throw corrupt("a token must have one id; \"" + token + "\" has " + ids.get(token) + " and " + id);
        }
        size = Math.max(size, id + 1);
    }

    /// The highest id, plus one.
    int size() {
        return size;
    }

    OptionalInt find(String token) {
        return ids.containsKey(token) ? OptionalInt.of(ids.get(token)) : OptionalInt.empty();
    }

    /// The id of a token that must be there.
    int id(String token) throws CorruptFileException {
        if (!ids.containsKey(token)) {
            throw corrupt("the vocabulary must have \"" + token + "\"; it has " + ids.size() + " tokens without it");
        }
        return ids.get(token);
    }

    Trie trie() {
        Trie trie = new Trie(ids.size());
        for (var token : ids) {
            trie.add(token.key, token.value);
        }
        return trie;
    }

    CorruptFileException corrupt(String problem) {
        return new CorruptFileException(file, problem);
    }
}
