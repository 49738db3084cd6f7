package norma.kernel;

/// SplitMix64: random numbers that are a function of seed and index, so any one of them can be had without those
/// before.
///
/// Number `i` (from 0) is `mix(seed + (i + 1) * 0x9e3779b97f4a7c15)`, the same that `java.util.SplittableRandom(seed)`
/// gives at its call `i`. Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014.
public final class SplitMix {
    private static final long GAMMA = 0x9e3779b97f4a7c15L;

    private SplitMix() {
    }

    /// Number `index` of the sequence of `seed`.
    public static long at(long seed, long index) {
        return mix(seed + (index + 1) * GAMMA);
    }

    /// Number `index` of the sequence of `seed`, brought into `[0, bound)`.
    public static int below(int bound, long seed, long index) {
        return (int) Math.unsignedMultiplyHigh(at(seed, index), bound);
    }

    /// A bijection that scatters bits: keys that differ in one bit become unrelated.
    public static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
