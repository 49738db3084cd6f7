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

    /// Adds a word, or gives one that is there another id.
    void put(CharSequence word, int id) {
        set(grow(word), id);
    }

    /// Where a walk along all of `word` ends, with all steps added that were missing.
    int grow(CharSequence word) {
        int node = ROOT;
        for (int i = 0; i < word.length(); i++) {
            long step = step(node, word.charAt(i));
            int slot = steps.indexOf(step);
            if (steps.indexExists(slot)) {
                node = steps.indexGet(slot);
            } else {
                node = ids.size();
                ids.add(NONE);
                steps.indexInsert(slot, step, node);
            }
        }
        return node;
    }

    /// Lets a word end at `node`.
    void set(int node, int id) {
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

    /// The id of a word; `NONE` if it is none of them.
    int find(CharSequence word) {
        int node = walk(word);
        return node == NONE ? NONE : id(node);
    }

    private static long step(int node, char c) {
        return (long) node << Character.SIZE | c;
    }
}
