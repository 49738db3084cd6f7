package norma.nn;

import java.util.Optional;
import norma.tensor.Tensor;

/// What a sequence brings along through the layers. It is made by [#NONE], [#padded], [#ragged] or [#cached].
///
/// @param keyMask (B, T) with 1 for a token and 0 for padding; absent if there is no padding
/// @param lengths of sequences that lie one behind the other in a batch of one, (1, sum of lengths, D), and don't see each
///     other; absent if each is a row of the batch
/// @param cache keys and values of earlier calls; absent when the whole sequence is given at once
public record Context(Optional<Tensor> keyMask, Optional<int[]> lengths, Optional<Cache> cache) {
    /// Whole sequences, no padding.
    public static final Context NONE = new Context(Optional.empty(), Optional.empty(), Optional.empty());

    /// Padded sequences.
    ///
    /// @param keyMask (B, T) with 1 for a token and 0 for padding
    public static Context padded(Tensor keyMask) {
        return new Context(Optional.of(keyMask), Optional.empty(), Optional.empty());
    }

    /// Sequences of different lengths, one behind the other: no padding is computed.
    public static Context ragged(int... lengths) {
        return new Context(Optional.empty(), Optional.of(lengths), Optional.empty());
    }

    /// The next tokens of a sequence whose earlier ones are in the cache.
    public static Context cached(Cache cache) {
        return new Context(Optional.empty(), Optional.empty(), Optional.of(cache));
    }

    /// The same without the cache.
    Context withoutCache() {
        return new Context(keyMask, lengths, Optional.empty());
    }

    /// The context of the layers inside `part`: their cache lies within this one, so a layer used in two places has two entries.
    public Context inside(Parameterized part) {
        return new Context(keyMask, lengths, cache.map(c -> c.inside(part)));
    }
}
