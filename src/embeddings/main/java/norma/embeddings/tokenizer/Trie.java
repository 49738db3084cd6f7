package norma.embeddings.tokenizer;

import com.carrotsearch.hppc.IntArrayList;
import com.carrotsearch.hppc.LongIntHashMap;

/// Words by their beginnings: a tree in which each step is a char, so that one walk along a text passes all words that start
/// there, and no part of the text is copied to look it up.
final class Trie {
    static final int ROOT = 0;
    static final int NONE = -1;

    private final LongIntHashMap steps;
    private final IntArrayList ids = IntArrayList.from(NONE);

    /// @param words about how many there will be
    Trie(int words) {
        steps = new LongIntHashMap(4 * words);
    }

    void add(CharSequence word, int id) {
        int node = ROOT;
        for (int i = 0; i < word.length(); i++) {
            int next = next(node, word.charAt(i));
            if (next == NONE) {
                next = ids.size();
                ids.add(NONE);
                steps.put(step(node, word.charAt(i)), next);
            }
            node = next;
        }
        ids.set(node, id);
    }

    /// The node to which `c` leads, or `NONE`; from `NONE`, `NONE`.
    int next(int node, char c) {
        return steps.getOrDefault(step(node, c), NONE);
    }

    /// Where a walk along all of `word` ends; `NONE` if no word begins like this.
    int walk(CharSequence word) {
        int node = ROOT;
        for (int i = 0; i < word.length() && node != NONE; i++) {
            node = next(node, word.charAt(i));
        }
        return node;
    }

    /// The id of the word that ends at `node`; `NONE` if none does.
    int id(int node) {
        return ids.get(node);
    }

    private static long step(int node, char c) {
        return (long) node << Character.SIZE | c;
    }
}
