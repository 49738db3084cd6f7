package norma.model;

import java.util.Optional;
import java.util.OptionalInt;
import norma.nn.Attention;
import norma.nn.DistanceBias;
import norma.nn.LayerSource;
import norma.nn.Linear;
import norma.nn.Rotary;

/// The choice of a Transformer's attention.
///
/// @param heads H
/// @param groups G, heads of keys and values
/// @param headSize d
/// @param bias whether its linear layers have biases
/// @param causal whether position t sees positions 0 .. t only
/// @param rotary how positions are written into queries and keys, if they are
/// @param window w, if a position sees those only that are at most w away
/// @param buckets of learned numbers on the logits by distance, one table for all blocks; 0 for none
public record SelfAttention(int heads, int groups, int headSize, boolean bias, boolean causal, Optional<Rotary> rotary,
        OptionalInt window, int buckets) {

    /// Checks the sizes.
    public SelfAttention {
        if (heads < 1 || groups < 1 || heads % groups != 0 || headSize < 1 || buckets < 0) {
            throw new IllegalArgumentException(
                    "SelfAttention: sizes must be positive, and the groups must divide the heads; got %d heads, %d groups, head size %d, %d buckets"
                            .formatted(heads, groups, headSize, buckets));
        }
        if (rotary.isPresent() && headSize % 2 != 0) {
            throw new IllegalArgumentException(
                    "SelfAttention: rotary positions need heads of even size; got " + headSize);
        }
        if (window.isPresent() && (window.getAsInt() < 0 || buckets > 0)) {
            throw new IllegalArgumentException(
                    "SelfAttention: a window must not be negative and goes without buckets; got %d and %d buckets"
                            .formatted(window.getAsInt(), buckets));
        }
    }

    /// Every position sees every other; each head has keys and values of its own.
    public static SelfAttention of(int heads, int headSize) {
        return new SelfAttention(heads, heads, headSize, true, false, Optional.empty(), OptionalInt.empty(), 0);
    }

    /// With fewer heads of keys and values.
    public SelfAttention withGroups(int groups) {
        return new SelfAttention(heads, groups, headSize, bias, causal, rotary, window, buckets);
    }

    /// With biases or without.
    public SelfAttention withBias(boolean bias) {
        return new SelfAttention(heads, groups, headSize, bias, causal, rotary, window, buckets);
    }

    /// For a decoder: position t sees positions 0 .. t only.
    public SelfAttention withCausal() {
        return new SelfAttention(heads, groups, headSize, bias, true, rotary, window, buckets);
    }

    /// With positions written into queries and keys.
    public SelfAttention with(Rotary rotary) {
        return new SelfAttention(heads, groups, headSize, bias, causal, Optional.of(rotary), window, buckets);
    }

    /// With positions at most `window` away only.
    public SelfAttention withWindow(int window) {
        return new SelfAttention(heads, groups, headSize, bias, causal, rotary, OptionalInt.of(window), buckets);
    }

    /// With learned numbers by distance.
    public SelfAttention withBuckets(int buckets) {
        return new SelfAttention(heads, groups, headSize, bias, causal, rotary, window, buckets);
    }

    /// What all blocks that make this choice add to their logits.
    Optional<DistanceBias> distances(LayerSource source, double std) {
        if (buckets > 0) {
            return Optional.of(new DistanceBias.Buckets(source.embedding(buckets, heads, std, 1).table()));
        }
        return window.isPresent() ? Optional.of(new DistanceBias.Window(window.getAsInt(), window.getAsInt()))
                : Optional.empty();
    }

    Attention layer(LayerSource source, int dim, double std, double outStd, Optional<DistanceBias> distances) {
        Attention plain = Attention.of(linear(source.at("query"), dim, heads, std),
                linear(source.at("key"), dim, groups, std), linear(source.at("value"), dim, groups, std),
                source.at("output").linear(heads * headSize, dim, bias, outStd), heads, causal).withGroups(groups);
        Attention turned = rotary.map(plain::with).orElse(plain);
        return distances.map(turned::with).orElse(turned);
    }

    private Linear linear(LayerSource source, int dim, int heads, double std) {
        return source.linear(dim, heads * headSize, bias, std);
    }
}
