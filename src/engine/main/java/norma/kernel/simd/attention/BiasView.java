package norma.kernel.simd.attention;

import static norma.kernel.simd.attention.AttentionTiles.COLUMNS;
import static norma.kernel.simd.attention.AttentionTiles.SIDE;
import static norma.kernel.simd.vector.Species.F;

import jdk.incubator.vector.FloatVector;
import norma.kernel.contract.AttentionKernel;
import norma.kernel.simd.vector.Interleaving;
import norma.kernel.simd.vector.Species;

/// The bias of one head: `array[at + i * stride + j]` for query i and key j, times `factor` = 1 / scale when it is added to scores.
record BiasView(float[] array, int at, int stride, float factor) {
    private static final int L = Species.LANES;

    /// Of head `head` of batch x heads; null for none.
    static BiasView of(AttentionKernel.Sizes sizes, int head, AttentionKernel.Bias bias) {
        return bias == null ? null
                : new BiasView(bias.values().array(), bias.start(head / sizes.heads(), head % sizes.heads()),
                        bias.perQuery(), 1 / sizes.scale());
    }

    /// Some visible keys down, some queries across, in rows of [AttentionTiles#SIDE].
    void transpose(VisibleKeys visible, int query, int queries, int key, int keys, float[] to, int toAt) {
        int first = at + query * stride;
        if (visible.all()) {
            Interleaving.lines(array, first + key, stride, 1, queries, keys, to, toAt, SIDE);
            return;
        }
        for (int j = 0; j < keys; j++) {
            int column = first + visible.number(key + j);
            for (int i = 0; i < queries; i++) {
                to[toAt + j * SIDE + i] = array[column + i * stride];
            }
        }
    }

    /// Scores of some keys down, [AttentionTiles#COLUMNS] queries across, += factor * biases laid out alike.
    static void add(float[] biases, int biasAt, float factor, int keys, float[] s, int sAt) {
        for (int j = 0; j < keys * SIDE; j += SIDE) {
            for (int i = 0; i < COLUMNS; i += L) {
                FloatVector.fromArray(F, biases, biasAt + j + i)
                        .fma(FloatVector.broadcast(F, factor), FloatVector.fromArray(F, s, sAt + j + i))
                        .intoArray(s, sAt + j + i);
            }
        }
    }

    /// Scores of one query and some visible keys += factor * bias.
    void add(VisibleKeys visible, int query, int key, int keys, float[] s, int sAt) {
        int first = at + query * stride;
        int whole = visible.all() ? F.loopBound(keys) : 0;
        for (int j = 0; j < whole; j += L) {
            FloatVector.fromArray(F, array, first + key + j)
                    .fma(FloatVector.broadcast(F, factor), FloatVector.fromArray(F, s, sAt + j)).intoArray(s, sAt + j);
        }
        for (int j = whole; j < keys; j++) {
            s[sAt + j] = Math.fma(factor, array[first + visible.number(key + j)], s[sAt + j]);
        }
    }
}
