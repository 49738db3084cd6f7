package norma.kernel.simd;

import norma.kernel.Attention;
import norma.kernel.Floats;

/// What the queries of one sequence see: of the keys that the mask leaves, in their order, each query sees the first
/// few, and never fewer than the query before it.
///
/// @param keys numbers of the keys that the mask leaves, or null for all
/// @param count how many these are
/// @param limits for each query how many of them it sees, and zeros up to a whole block; floats, to compare lanes with
record Sight(int[] keys, int count, float[] limits) {

    static Sight of(Attention.Sizes sizes, int head, Floats keyMask) {
        int[] keys = keyMask == null ? null : new int[sizes.keys()];
        int[] left = new int[sizes.keys() + 1];
        int mask = head / sizes.heads() * sizes.keys();
        for (int j = 0; j < sizes.keys(); j++) {
            left[j + 1] = left[j];
            if (keys == null) {
                left[j + 1]++;
            } else if (keyMask.get(mask + j) != 0) {
                keys[left[j + 1]++] = j;
            }
        }
        float[] limits = new float[Math.ceilDiv(sizes.queries(), SimdAttention.BLOCK) * SimdAttention.BLOCK];
        for (int i = 0; i < sizes.queries(); i++) {
            limits[i] = left[sizes.visible(i)];
        }
        return new Sight(keys, left[sizes.keys()], limits);
    }

    /// How many keys a query sees.
    int limit(int query) {
        return (int) limits[query];
    }

    /// How many of the `keys` keys from `key` on the last of the queries before `to` sees: none of those sees more.
    int reach(int to, int key, int keys) {
        return Math.clamp(limit(to - 1) - key, 0, keys);
    }

    /// The number of a key among all.
    int number(int key) {
        return keys == null ? key : keys[key];
    }
}
