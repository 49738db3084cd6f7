package norma.kernel.simd.attention;

import static norma.kernel.simd.attention.AttentionTiles.ROWS;
import static norma.kernel.simd.attention.AttentionTiles.SIDE;

import norma.kernel.Floats;
import norma.kernel.contract.AttentionKernel;
import norma.kernel.contract.Scratch;
import norma.kernel.simd.elementwise.SimdGather;
import norma.parallel.Workers;

/// Attention in blocks of 64 queries by 64 keys, whose scores stay in the first caches (FlashAttention: Dao et al.
/// 2022, arXiv 2205.14135). [AttentionForward] and [AttentionBackward] do a block, on [AttentionTiles]; [DecodeAttention] is
/// for decoding.
///
/// Keys that the mask hides are left out before anything is computed: padding costs nothing and leaks nothing. What
/// remains of `keyMask` and `causal` is a staircase, how many of the remaining keys each query sees ([VisibleKeys]); tiles
/// beyond it are skipped.
///
/// A chunk of work is one head; in backward it is the heads of one group, whose parts of dk and dv are added up. Where heads are few it is a part of one (Dao 2023, arXiv 2307.08691): some blocks of
/// queries in forward, some blocks of keys in backward, whose parts of dq are added up afterwards in the order of keys.
public final class SimdAttention implements AttentionKernel {
    /// Chunks that keep many threads busy.
    private static final int CHUNKS = 16;

    /// Blocks in a part of a head at least: each part copies the whole other side anew.
    private static final int LEAST_BLOCKS = 8;

    /// Multiply-adds that make a chunk worth handing to a thread.
    private static final long LEAST_WORK = 1 << 17;

    /// What each part of a head's keys adds to dq.
    private static final Scratch PARTIAL = new Scratch();

    @Override
    public void forward(Sizes sizes, Floats q, Floats k, Floats v, Floats keyMask, Bias bias, Floats y,
            Floats normalizers) {
        if (sizes.queries() <= DecodeAttention.MOST) {
            Workers.split(heads(sizes), grain(sizes), (from, to) -> {
                for (int head = from; head < to; head++) {
                    new DecodeAttention(sizes, head, q, k, v, keyMask, bias, y).forward();
                }
            });
            return;
        }
        Parts parts = Parts.of(sizes.queries(), heads(sizes));
        Workers.split(heads(sizes) * parts.count, grain(sizes), (from, to) -> {
            for (int chunk = from; chunk < to; chunk++) {
                new AttentionForward(sizes, chunk / parts.count, q, k, v, keyMask, bias, y, normalizers)
                        .run(parts.start(chunk), parts.end(chunk));
            }
        });
    }

    @Override
    public void backward(Sizes sizes, Floats q, Floats k, Floats v, Floats keyMask, Bias bias, Floats y,
            Floats normalizers,
            Floats dy, Floats dq, Floats dk, Floats dv) {
        int each = sizes.heads() / sizes.groups();
        if (sizes.queries() <= DecodeAttention.MOST) {
            Workers.split(groups(sizes), Math.max(1, grain(sizes) / each), (from, to) -> {
                for (int head = from * each; head < to * each; head++) {
                    new DecodeAttention(sizes, head, q, k, v, keyMask, bias, y).backward(dy, dq, dk, dv,
                            head % each == 0);
                }
            });
            return;
        }
        Parts parts = Parts.of(sizes.keys(), groups(sizes));
        int rows = wholeTiles(sizes.queries());
        int size = rows * padded(sizes.headSize());
        float[] partial = parts.count == 1 ? null : PARTIAL.floats(heads(sizes) * parts.count * size);
        Workers.split(groups(sizes) * parts.count, Math.max(1, grain(sizes) / each), (from, to) -> {
            for (int chunk = from; chunk < to; chunk++) {
                int first = chunk / parts.count * each, part = chunk % parts.count;
                for (int head = first; head < first + each; head++) {
                    new AttentionBackward(sizes, head, q, k, v, keyMask, bias, y, normalizers, dy, dq, dk, dv).run(
                            parts.start(chunk), parts.end(chunk), head == first, partial,
                            (head * parts.count + part) * size);
                }
            }
        });
        if (parts.count > 1) {
            Workers.split(heads(sizes), 1, (from, to) -> {
                for (int head = from; head < to; head++) {
                    int sum = head * parts.count * size;
                    for (int p = 1; p < parts.count; p++) {
                        SimdGather.add(partial, sum + p * size, partial, sum, size);
                    }
                    HeadView.ofQueries(sizes, head, dq).set(0, sizes.queries(), partial, sum, rows, sizes.scale());
                }
            });
        }
    }

    /// The head size, rounded up to whole blocks.
    static int padded(int headSize) {
        return Math.ceilDiv(headSize, SIDE) * SIDE;
    }

    /// Queries or keys, rounded up to whole tiles.
    static int wholeTiles(int rows) {
        return Math.ceilDiv(rows, ROWS) * ROWS;
    }

    private static int heads(Sizes sizes) {
        return sizes.batch() * sizes.heads();
    }

    private static int groups(Sizes sizes) {
        return sizes.batch() * sizes.groups();
    }

    private static int grain(Sizes sizes) {
        long work = (long) sizes.queries() * sizes.keys() * sizes.headSize();
        return (int) Math.max(1, LEAST_WORK / Math.max(1, work));
    }

    /// Into how many parts each head is cut, and how long one is.
    private record Parts(int count, int length) {
        static Parts of(int length, int heads) {
            int blocks = Math.max(1, Math.ceilDiv(length, SIDE));
            int wanted = Math.ceilDiv(CHUNKS, Math.max(1, heads));
            int each = Math.ceilDiv(blocks, Math.clamp(wanted, 1, Math.max(1, blocks / LEAST_BLOCKS)));
            return new Parts(Math.ceilDiv(blocks, each), each * SIDE);
        }

        int start(int chunk) {
            return chunk % count * length;
        }

        int end(int chunk) {
            return start(chunk) + length;
        }
    }
}
