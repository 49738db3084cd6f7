package norma.nn;

import norma.tensor.Tensor;

/// What a sequence brings along through the layers.
///
/// @param keyMask (B, T) with 1 for a token and 0 for padding, or null if there is no padding
/// @param lengths of sequences that lie one behind the other in a batch of one, (1, sum of lengths, D), and don't see each other;
///        or null if each is a row of the batch
/// @param cache keys and values of earlier calls, or null when the whole sequence is given at once
public record Context(Tensor keyMask, int[] lengths, Cache cache) {
    /// Whole sequences, no padding.
    public static final Context NONE = new Context(null, null, null);

    /// Padded sequences.
    public static Context padded(Tensor keyMask) {
        return new Context(keyMask, null, null);
    }

    /// Sequences of different lengths, one behind the other: no padding is computed.
    public static Context ragged(int... lengths) {
        return new Context(null, lengths, null);
    }

    /// The next tokens of a sequence whose earlier ones are in the cache.
    public static Context cached(Cache cache) {
        return new Context(null, null, cache);
    }

    /// The same with another cache, or none.
    Context with(Cache cache) {
        return new Context(keyMask, lengths, cache);
    }

    /// For the parts inside `part`: their cache is a part of this one, so that a part used in two places has two entries.
    public Context inside(Part part) {
        return cache == null ? this : with(cache.inside(part));
    }
}
