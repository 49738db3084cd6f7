package norma.kernel.contract;

import norma.kernel.Floats;
import norma.parallel.Workers;

/// Reduces the middle axis of (outer, n, inner) in a tree whose shape depends on the sizes alone: blocks of the axis are
/// reduced in parallel to one partial result each, and the partial results are reduced in the same way.
///
/// Sums stay accurate (rounding grows with the depth of the tree) and are the same bits on any number of threads.
public final class TreeReduction {
    private static final int BLOCK = 64;
    private static final int CONTIGUOUS_BLOCK = 1 << 13;

    /// Partial results of a level, and those of the next one, which are made of them.
    private static final Scratch PARTIAL = new Scratch();
    private static final Scratch NEXT = new Scratch();

    private TreeReduction() {
    }

    /// Reduces one block on the current thread.
    public interface Block {
        /// y[y0 + i] = reduction over k of x[x0 + k * inner + i], for k in [0, n) and i in [0, inner).
        void reduce(float[] x, int x0, float[] y, int y0, int n, int inner);
    }

    /// y[o, i] = reduction over k of x[o, k, i].
    public static void reduce(Floats x, Floats y, int outer, int n, int inner, Block block) {
        reduce(x.array(), x.offset(), y.array(), y.offset(), outer, n, inner, block, PARTIAL, NEXT);
    }

    private static void reduce(float[] x, int x0, float[] y, int y0, int outer, int n, int inner,
            Block block, Scratch room, Scratch next) {
        int rows = inner == 1 ? CONTIGUOUS_BLOCK : BLOCK;
        if (n <= rows) {
            Workers.split(outer, Workers.grain(n * inner), (from, to) -> {
                for (int o = from; o < to; o++) {
                    block.reduce(x, x0 + o * n * inner, y, y0 + o * inner, n, inner);
                }
            });
            return;
        }
        int blocks = Math.ceilDiv(n, rows);
        float[] partial = room.floats(outer * blocks * inner);
        Workers.split(outer * blocks, Workers.grain(rows * inner), (from, to) -> {
            for (int i = from; i < to; i++) {
                int first = i % blocks * rows;
                block.reduce(x, x0 + (i / blocks * n + first) * inner, partial, i * inner,
                        Math.min(rows, n - first), inner);
            }
        });
        reduce(partial, 0, y, y0, outer, blocks, inner, block, next, room);
    }
}
