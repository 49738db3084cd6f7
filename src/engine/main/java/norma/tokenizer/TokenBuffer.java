package norma.tokenizer;

import java.util.Arrays;

/// The tokens of one text, as far as they have been found.
final class TokenBuffer {
    int[] ids;
    int[] starts;
    int[] ends;
    private int size;
    private final int wanted;

    /// @param wanted how many tokens are of interest; there may be more
    /// @param expected about how many there will be, where all are of interest
    TokenBuffer(int wanted, int expected) {
        this.wanted = wanted;
        ids = new int[Math.min(wanted, expected)];
        starts = ids.clone();
        ends = ids.clone();
    }

    int size() {
        return size;
    }

    boolean enough() {
        return size >= wanted;
    }

    void add(int id, int start, int end) {
        if (size == ids.length) {
            int capacity = size + (size >> 1) + 1;
            ids = Arrays.copyOf(ids, capacity);
            starts = Arrays.copyOf(starts, capacity);
            ends = Arrays.copyOf(ends, capacity);
        }
        ids[size] = id;
        starts[size] = start;
        ends[size++] = end;
    }

    /// Removes all but the first `size` tokens.
    void cut(int size) {
        this.size = size;
    }

    /// Removes all but the last `count` tokens.
    void cutBeginning(int count) {
        for (int[] each : new int[][] {ids, starts, ends}) {
            System.arraycopy(each, size - count, each, 0, count);
        }
        size = count;
    }
}
