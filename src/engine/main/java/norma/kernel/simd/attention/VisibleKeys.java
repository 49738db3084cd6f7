package norma.kernel.simd.attention;

import java.util.Arrays;
import norma.kernel.Floats;
import norma.kernel.contract.AttentionKernel;
import norma.kernel.contract.Scratch;

/// What the queries of one sequence see: of the keys that the mask leaves, in their order, each query sees the first
/// few, and never fewer than the query before it.
///
/// Valid until the thread asks for another.
///
/// @param array for each query how many of these keys it sees, and zeros up to a whole block; then, if there is a mask,
///         the numbers of the keys that it leaves. Floats, to compare lanes with
/// @param numbers where the numbers begin, or -1 for all keys
/// @param count how many these are
record VisibleKeys(float[] array, int numbers, int count) {
    private static final Scratch ROOM = new Scratch();

    static VisibleKeys of(AttentionKernel.Sizes sizes, int head, Floats keyMask) {
        int queries = sizes.queries();
        int rounded = Math.ceilDiv(queries, AttentionTiles.SIDE) * AttentionTiles.SIDE;
        float[] array = ROOM.floats(rounded + (keyMask == null ? 0 : sizes.keys()));
        int count = keyMask == null ? sizes.keys() : list(sizes, head, keyMask, array, rounded);
        int left = 0;
        for (int i = 0; i < queries; i++) {
            int visible = sizes.visible(i);
            while (keyMask != null && left < count && array[rounded + left] < visible) {
                left++;
            }
            array[i] = keyMask == null ? visible : left;
        }
        Arrays.fill(array, queries, rounded, 0);
        return new VisibleKeys(array, keyMask == null ? -1 : rounded, count);
    }

    /// Writes down which keys the mask leaves.
    private static int list(AttentionKernel.Sizes sizes, int head, Floats keyMask, float[] array, int at) {
        int mask = head / sizes.heads() * sizes.keys();
        int count = 0;
        for (int j = 0; j < sizes.keys(); j++) {
            if (keyMask.get(mask + j) != 0) {
                array[at + count++] = j;
            }
        }
        return count;
    }

    /// Whether no key is masked.
    boolean all() {
        return numbers < 0;
    }

    /// How many keys a query sees.
    int limit(int query) {
        return (int) array[query];
    }

    /// How many of the `keys` keys from `key` on the last of the queries before `to` sees: none of those sees more.
    int reach(int to, int key, int keys) {
        return Math.clamp(limit(to - 1) - key, 0, keys);
    }

    /// The number of a key among all.
    int number(int key) {
        return all() ? key : (int) array[numbers + key];
    }

    /// How many of `most` keys from `key` on follow one another among all, too.
    int run(int key, int most) {
        if (all()) {
            return most;
        }
        int run = 1;
        while (run < most && number(key + run) == number(key) + run) {
            run++;
        }
        return run;
    }
}
