package norma.nn;

import java.util.Optional;
import norma.tensor.Tensor;

/// What a sequence brings along through the layers. It is made by [#NONE], [#padded], [#ragged] or [#cached], and may have a mask
/// or a bias for each pair of a query and a key.
///
/// @param keyMask (B, T) with 1 for a token and 0 for padding; absent if there is no padding
/// @param lengths of sequences that lie one behind the other in a batch of one, (1, sum of lengths, D), and don't see each
///     other; absent if each is a row of the batch
/// @param cache keys and values of earlier calls; absent when the whole sequence is given at once
/// @param bias (B or 1, H or 1, Tq, Tk) added to the logits of attentions, -infinity where a query must not see a key; absent for
///     none
public record Context(Optional<Tensor> keyMask, Optional<int[]> lengths, Optional<Cache> cache, Optional<Tensor> bias) {
    /// Whole sequences, no padding.
    public static final Context NONE =
            new Context(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /// Padded sequences.
    ///
    /// @param keyMask (B, T) with 1 for a token and 0 for padding
    public static Context padded(Tensor keyMask) {
        return new Context(Optional.of(keyMask), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /// Sequences of different lengths, one behind the other: no padding is computed.
    public static Context ragged(int... lengths) {
        return new Context(Optional.empty(), Optional.of(lengths), Optional.empty(), Optional.empty());
    }

    /// The next tokens of a sequence whose earlier ones are in the cache.
    public static Context cached(Cache cache) {
        return new Context(Optional.empty(), Optional.empty(), Optional.of(cache), Optional.empty());
    }

    /// The same with a mask for each query and key; several hide what any of them hides.
    ///
    /// @param mask (Tq, Tk), (B, Tq, Tk) or (B or 1, H or 1, Tq, Tk), 1 where a query may see a key and 0 elsewhere; with a cache
    ///     Tk counts the keys in it too
    public Context withMask(Tensor mask) {
        return withBias(mask.where(0, Float.NEGATIVE_INFINITY));
    }

    /// The same with numbers that are added to the logits of each query and key, as positions by distance are (T5,
    /// arXiv 1910.10683; ALiBi, arXiv 2108.12409); several are added up. A gradient reaches them, by way of an attention in tensor
    /// algebra, which is slower; a bias that is not learned costs little.
    ///
    /// @param bias (Tq, Tk), (B, Tq, Tk) or (B or 1, H or 1, Tq, Tk)
    public Context withBias(Tensor bias) {
        Tensor all = ScaledDotProduct.biasOfHeads(bias);
        return new Context(keyMask, lengths, cache, Optional.of(this.bias.map(all::add).orElse(all)));
    }

    /// Where each of T rows stands in its sequence.
    ///
    /// @param start of the first row; sequences that lie one behind the other begin there, too
    public int[] positions(int start, int time) {
        int[] positions = new int[time];
        int[] ends = lengths.orElseGet(() -> new int[] {time});
        for (int row = 0, sequence = 0, from = 0; row < time; row++) {
            if (row == from + ends[sequence]) {
                from += ends[sequence++];
            }
            positions[row] = start + row - from;
        }
        return positions;
    }

    /// The same without the cache.
    Context withoutCache() {
        return new Context(keyMask, lengths, Optional.empty(), bias);
    }

    /// The context of the layers inside `part`: their cache lies within this one, so a layer used in two places has two entries.
    public Context inside(Parameterized part) {
        return new Context(keyMask, lengths, cache.map(c -> c.inside(part)), bias);
    }
}
