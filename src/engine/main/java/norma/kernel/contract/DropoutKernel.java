package norma.kernel.contract;

import norma.kernel.Floats;
import norma.kernel.SplitMix;
import norma.parallel.Workers;

/// Dropout (Srivastava et al. 2014) with a mask that is computed from a key and the element's index instead of kept.
///
/// Element i is kept if the upper 24 bits of [#hash] are below keep * 2^24. Every set of kernels drops the same elements.
public interface DropoutKernel {

    /// `y[i] = x[i] / keep` with probability `keep`, else 0. The same key drops the same elements, so the backward pass is
    /// the same call on dy. y may be x.
    ///
    /// @param keep probability of keeping an element, in (0, 1]
    default void dropout(Floats x, float keep, long key, Floats y) {
        int first = first(key), second = second(key), bound = bound(keep);
        float scale = 1 / keep;
        Workers.split(y.length(), Workers.grain(1), (from, to) -> {
            float[] xs = x.array(), ys = y.array();
            int x0 = x.offset(), y0 = y.offset();
            for (int i = from; i < to; i++) {
                ys[y0 + i] = hash(i, first, second) >>> 8 < bound ? xs[x0 + i] * scale : 0;
            }
        });
    }

    /// 32 well mixed bits of an index: two rounds of C. Wellons' `lowbias32` (hash-prospector, 2018), each with its half
    /// of the mixed key.
    static int hash(int i, int first, int second) {
        return mix(mix(i ^ first) + second);
    }

    private static int mix(int h) {
        h = (h ^ h >>> 16) * 0x7feb352d;
        h = (h ^ h >>> 15) * 0x846ca68b;
        return h ^ h >>> 16;
    }

    /// The lower half of the mixed key.
    static int first(long key) {
        return (int) SplitMix.at(key, 0);
    }

    /// The upper half of the mixed key.
    static int second(long key) {
        return (int) (SplitMix.at(key, 0) >>> 32);
    }

    /// keep * 2^24
    static int bound(float keep) {
        return Math.round(keep * (1 << 24));
    }
}
