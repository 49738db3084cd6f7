package norma.tensor;

/// Random numbers that depend on a name instead of on the order of calls, so that two models that share a part by name
/// start it with the same numbers.
public record Seed(long value) {

    /// The seed of a named part.
    public Seed at(String name) {
        long hash = value;
        for (int i = 0; i < name.length(); i++) {
            hash = mix(hash + name.charAt(i) + 0x9E3779B97F4A7C15L);
        }
        return new Seed(mix(hash));
    }

    /// The finalizer of SplitMix64 (Steele et al. 2014, variant 13 of Stafford): a bijection that scatters bits.
    public static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
