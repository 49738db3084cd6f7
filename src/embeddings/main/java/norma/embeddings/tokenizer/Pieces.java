package norma.embeddings.tokenizer;

import com.carrotsearch.hppc.IntArrayList;

/// The tokens of one text, as far as they have been found.
final class Pieces {
    final IntArrayList ids = new IntArrayList();
    final IntArrayList starts = new IntArrayList();
    final IntArrayList ends = new IntArrayList();
    private final int wanted;

    /// @param wanted how many tokens are of interest; there may be more
    Pieces(int wanted) {
        this.wanted = wanted;
    }

    int size() {
        return ids.size();
    }

    boolean enough() {
        return ids.size() >= wanted;
    }

    void add(int id, int start, int end) {
        ids.add(id);
        starts.add(start);
        ends.add(end);
    }

    /// Forgets all but the first `size` tokens.
    void cut(int size) {
        ids.resize(size);
        starts.resize(size);
        ends.resize(size);
    }
}
