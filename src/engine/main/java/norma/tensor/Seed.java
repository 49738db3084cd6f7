package norma.tensor;

import norma.kernel.SplitMix;

/// Random numbers that depend on a name instead of on the order of calls, so that two models that share a part by name
/// start it with the same numbers.
public record Seed(long value) {

    /// The seed of a named part.
    public Seed at(String name) {
        long hash = value;
        for (int i = 0; i < name.length(); i++) {
            hash = SplitMix.at(hash + name.charAt(i), 0);
        }
        return new Seed(SplitMix.mix(hash));
    }
}
