package norma.tokenizer;

/// A hash table from longs to ints that are not negative, with open addressing and linear probing.
///
/// It is one small class because a tokenizer is read before the first embedding, and loading a library of collections takes longer
/// than all other steps of reading it.
final class LongIntMap {
    static final int NONE = -1;

    private static final double FULL = 0.75;

    private long[] keys;
    private int[] values; // plus one: 0 is an empty slot
    private int shift;
    private int size;

    /// @param expected about how many keys there will be
    LongIntMap(int expected) {
        allocate(Math.max(4, (int) (expected / FULL) + 1));
    }

    private void allocate(int capacity) {
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(capacity - 1);
        keys = new long[1 << bits];
        values = new int[1 << bits];
        shift = Long.SIZE - bits;
    }

    /// The value of `key`, or `NONE`.
    int get(long key) {
        return values[slot(key)] - 1;
    }

    /// Gives `key`, new or not, a value.
    void put(long key, int value) {
        int slot = slot(key);
        if (values[slot] == 0 && ++size > FULL * keys.length) {
            grow();
            slot = slot(key);
        }
        keys[slot] = key;
        values[slot] = value + 1;
    }

    /// Where `key` is or belongs. Multiplying by the golden ratio spreads neighbouring keys.
    private int slot(long key) {
        int slot = (int) (key * 0x9E3779B97F4A7C15L >>> shift);
        while (values[slot] != 0 && keys[slot] != key) {
            slot = slot + 1 & keys.length - 1;
        }
        return slot;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldValues = values;
        allocate(2 * oldKeys.length);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldValues[i] != 0) {
                int slot = slot(oldKeys[i]);
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
            }
        }
    }

    /// What is done with each entry.
    interface Entries {
        void entry(long key, int value);
    }

    void forEach(Entries entries) {
        for (int i = 0; i < keys.length; i++) {
            if (values[i] != 0) {
                entries.entry(keys[i], values[i] - 1);
            }
        }
    }
}
