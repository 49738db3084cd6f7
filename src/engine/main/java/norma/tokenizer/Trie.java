package norma.tokenizer;

import java.util.Arrays;

/// Words by their beginnings: a tree in which each step is a char, so that one walk along a text passes all words that start
/// there, and no part of the text is copied to look it up.
final class Trie {
    static final int ROOT = 0;
    static final int NONE = LongIntMap.NONE;

    private final LongIntMap steps;
    private int[] ids;
    private int size;

    /// @param words about how many there will be
    Trie(int words) {
        steps = new LongIntMap(4 * words);
        ids = new int[4 * words + 1];
        addNode();
    }

    private int addNode() {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, 2 * size);
        }
        ids[size] = NONE;
        return size++;
    }

    /// Adds a word, or gives one that is there another id.
    void put(CharSequence word, int id) {
        set(grow(word), id);
    }

    /// Where a walk along all of `word` ends, with all steps added that were missing.
    int grow(CharSequence word) {
        int node = ROOT;
        for (int i = 0; i < word.length(); i++) {
            int next = next(node, word.charAt(i));
            if (next == NONE) {
                next = addNode();
                steps.put(step(node, word.charAt(i)), next);
            }
            node = next;
        }
        return node;
    }

    /// Lets a word end at `node`.
    void set(int node, int id) {
        ids[node] = id;
    }

    /// The node to which `c` leads, or `NONE`; from `NONE`, `NONE`.
    int next(int node, char c) {
        return steps.get(step(node, c));
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
        return ids[node];
    }

    /// The id of a word; `NONE` if it is none of them.
    int find(CharSequence word) {
        int node = walk(word);
        return node == NONE ? NONE : id(node);
    }

    /// Puts each word in the place of its id.
    void list(String[] words) {
        long[] arrivals = new long[size];
        steps.forEach((step, node) -> arrivals[node] = step);
        for (int node = 0; node < size; node++) {
            if (ids[node] != NONE) {
                words[ids[node]] = word(arrivals, node);
            }
        }
    }

    private static String word(long[] arrivals, int end) {
        StringBuilder word = new StringBuilder();
        for (int node = end; node != ROOT; node = (int) (arrivals[node] >> Character.SIZE)) {
            word.append((char) arrivals[node]);
        }
        for (int i = 0, j = word.length() - 1; i < j; i++, j--) { // reverse() would keep surrogates in pairs
            char c = word.charAt(i);
            word.setCharAt(i, word.charAt(j));
            word.setCharAt(j, c);
        }
        return word.toString();
    }

    private static long step(int node, char c) {
        return (long) node << Character.SIZE | c;
    }
}
