package norma.kernel.simd.vector;

import static norma.kernel.simd.vector.Species.F;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/// Copies lines of floats so that they lie side by side: all their elements of one k stand together, then those of the next k. If
/// each line is a run, this is a transposition.
public final class Interleaving {
    private static final int L = Species.LANES;

    /// Lines that a panel of A has, see `MatrixPacking`; else as many lines are transposed at once as a vector has lanes.
    ///
    /// All vectors here are as long as those of the tiles. Where floats are held in vectors of two lengths, the profile
    /// of the Vector API's own methods knows two classes, and in some runs C2 boxes the tiles' accumulators.
    private static final int SIDE = 8;
    private static final int STEP = Math.max(1, L / SIDE);

    /// Exchange of neighbouring halves, quarters ... of a vector, and its lanes in the second one of two neighbours.
    private static final VectorShuffle<Float> HALVES = exchange(L / 2);
    private static final VectorShuffle<Float> QUARTERS = exchange(L / 4);
    private static final VectorShuffle<Float> EIGHTHS = exchange(L / 8);
    private static final VectorMask<Float> ODD_HALF = odd(L / 2);
    private static final VectorMask<Float> ODD_QUARTER = odd(L / 4);
    private static final VectorMask<Float> ODD_EIGHTH = odd(L / 8);
    private static final VectorShuffle<Float> TOGETHER =
            VectorShuffle.fromOp(F, i -> i % SIDE * STEP + i / SIDE);

    /// The same exchanges as lanes to take from two vectors: those of the first result, then those of the second.
    private static final float[] HALVES_OF_TWO = ofTwo(L / 2);
    private static final float[] QUARTERS_OF_TWO = ofTwo(L / 4);
    private static final float[] EIGHTHS_OF_TWO = ofTwo(L / 8);
    private static final float[] SIXTEENTHS_OF_TWO = ofTwo(L / 16);

    private Interleaving() {
    }

    /// `to[toAt + k * width + i] = from[at + i * across + k * along]` for i in
    /// `[0, lines)`, and zeros up to `width`.
    public static void lines(float[] from, int at, int across, int along, int lines, int depth, float[] to, int toAt,
            int width) {
        if (lines < width) {
            Arrays.fill(to, toAt, toAt + depth * width, 0);
        }
        int done = 0;
        if (across == 1) {
            done = copy(from, at, along, lines, depth, to, toAt, width);
        } else if (along == 1 && (L == SIDE || L == 2 * SIDE)) {
            done = transpose(from, at, across, lines, depth, to, toAt, width);
        }
        if (done < lines) {
            gather(from, at + done * across, across, along, lines - done, depth, to, toAt + done, width);
        }
    }

    /// Lines lie side by side: as many as fill vectors are copied, and their number is returned.
    private static int copy(float[] from, int at, int along, int lines, int depth, float[] to, int toAt, int width) {
        if (lines == SIDE && width == SIDE && L > SIDE) {
            copyNarrow(from, at, along, depth, to, toAt);
            return SIDE;
        }
        int whole = F.loopBound(lines);
        for (int k = 0; k < depth; k++) {
            for (int i = 0; i < whole; i += L) {
                FloatVector.fromArray(F, from, at + k * along + i).intoArray(to, toAt + k * width + i);
            }
        }
        return whole;
    }

    /// A panel narrower than a vector: each vector overwrites the surplus of the one before. Masks would be slower.
    private static void copyNarrow(float[] from, int at, int along, int depth, float[] to, int toAt) {
        int inside = Math.floorDiv(from.length - L - at, along) + 1;
        int safe = Math.max(0, Math.min(inside, depth + 1 - STEP));
        for (int k = 0; k < safe; k++) {
            FloatVector.fromArray(F, from, at + k * along).intoArray(to, toAt + k * SIDE);
        }
        for (int k = safe; k < depth; k++) {
            System.arraycopy(from, at + k * along, to, toAt + k * SIDE, SIDE);
        }
    }

    /// Each line is a run of `depth` floats: as many as fill blocks are transposed, and their number is returned.
    private static int transpose(float[] from, int at, int across, int lines, int depth, float[] to, int toAt,
            int width) {
        int side = width == SIDE ? SIDE : L;
        int whole = lines - lines % side;
        int block = F.loopBound(depth);
        for (int i = 0; i < whole; i += side) {
            if (side == SIDE) {
                transpose8(from, at + i * across, across, block, to, toAt + i, width);
            } else {
                transpose16(from, at + i * across, across, block, to, toAt + i, width);
            }
            gather(from, at + i * across + block, across, 1, side, depth - block, to, toAt + block * width + i, width);
        }
        return whole;
    }

    /// 8 lines by a vector of k, in log2(8) rounds: a round exchanges one bit of the line's number with one of the lane's,
    /// until the three highest bits of k number the vectors. In vectors longer than 8 each then holds the lines of several
    /// k, which one more permutation brings into order; the panel must be 8 wide then.
    private static void transpose8(float[] from, int at, int across, int depth, float[] to, int toAt, int width) {
        int next = STEP * width;
        for (int k = 0; k < depth; k += L) {
            int i = at + k;
            int j = toAt + k * width;
            FloatVector a0 = FloatVector.fromArray(F, from, i);
            FloatVector a1 = FloatVector.fromArray(F, from, i + across);
            FloatVector a2 = FloatVector.fromArray(F, from, i + 2 * across);
            FloatVector a3 = FloatVector.fromArray(F, from, i + 3 * across);
            FloatVector a4 = FloatVector.fromArray(F, from, i + 4 * across);
            FloatVector a5 = FloatVector.fromArray(F, from, i + 5 * across);
            FloatVector a6 = FloatVector.fromArray(F, from, i + 6 * across);
            FloatVector a7 = FloatVector.fromArray(F, from, i + 7 * across);

            FloatVector b0 = a0.blend(a1.rearrange(EIGHTHS), ODD_EIGHTH);
            FloatVector b1 = a0.rearrange(EIGHTHS).blend(a1, ODD_EIGHTH);
            FloatVector b2 = a2.blend(a3.rearrange(EIGHTHS), ODD_EIGHTH);
            FloatVector b3 = a2.rearrange(EIGHTHS).blend(a3, ODD_EIGHTH);
            FloatVector b4 = a4.blend(a5.rearrange(EIGHTHS), ODD_EIGHTH);
            FloatVector b5 = a4.rearrange(EIGHTHS).blend(a5, ODD_EIGHTH);
            FloatVector b6 = a6.blend(a7.rearrange(EIGHTHS), ODD_EIGHTH);
            FloatVector b7 = a6.rearrange(EIGHTHS).blend(a7, ODD_EIGHTH);

            FloatVector c0 = b0.blend(b2.rearrange(QUARTERS), ODD_QUARTER);
            FloatVector c2 = b0.rearrange(QUARTERS).blend(b2, ODD_QUARTER);
            FloatVector c1 = b1.blend(b3.rearrange(QUARTERS), ODD_QUARTER);
            FloatVector c3 = b1.rearrange(QUARTERS).blend(b3, ODD_QUARTER);
            FloatVector c4 = b4.blend(b6.rearrange(QUARTERS), ODD_QUARTER);
            FloatVector c6 = b4.rearrange(QUARTERS).blend(b6, ODD_QUARTER);
            FloatVector c5 = b5.blend(b7.rearrange(QUARTERS), ODD_QUARTER);
            FloatVector c7 = b5.rearrange(QUARTERS).blend(b7, ODD_QUARTER);

            FloatVector d0 = c0.blend(c4.rearrange(HALVES), ODD_HALF);
            FloatVector d4 = c0.rearrange(HALVES).blend(c4, ODD_HALF);
            FloatVector d1 = c1.blend(c5.rearrange(HALVES), ODD_HALF);
            FloatVector d5 = c1.rearrange(HALVES).blend(c5, ODD_HALF);
            FloatVector d2 = c2.blend(c6.rearrange(HALVES), ODD_HALF);
            FloatVector d6 = c2.rearrange(HALVES).blend(c6, ODD_HALF);
            FloatVector d3 = c3.blend(c7.rearrange(HALVES), ODD_HALF);
            FloatVector d7 = c3.rearrange(HALVES).blend(c7, ODD_HALF);

            (L == SIDE ? d0 : d0.rearrange(TOGETHER)).intoArray(to, j);
            (L == SIDE ? d1 : d1.rearrange(TOGETHER)).intoArray(to, j + next);
            (L == SIDE ? d2 : d2.rearrange(TOGETHER)).intoArray(to, j + 2 * next);
            (L == SIDE ? d3 : d3.rearrange(TOGETHER)).intoArray(to, j + 3 * next);
            (L == SIDE ? d4 : d4.rearrange(TOGETHER)).intoArray(to, j + 4 * next);
            (L == SIDE ? d5 : d5.rearrange(TOGETHER)).intoArray(to, j + 5 * next);
            (L == SIDE ? d6 : d6.rearrange(TOGETHER)).intoArray(to, j + 6 * next);
            (L == SIDE ? d7 : d7.rearrange(TOGETHER)).intoArray(to, j + 7 * next);
        }
    }

    /// 16 lines by 16 k, in the same manner. Vectors of 16 lanes are those of AVX-512, which takes the lanes of a result from
    /// two vectors in one instruction: a fifth faster here, but slower where it has to be imitated. What it takes is loaded
    /// ahead of the loop, for C2 can't tell that the stores leave it alone.
    private static void transpose16(float[] from, int at, int across, int depth, float[] to, int toAt, int width) {
        FloatVector sixteenths0 = FloatVector.fromArray(F, SIXTEENTHS_OF_TWO, 0);
        FloatVector sixteenths1 = FloatVector.fromArray(F, SIXTEENTHS_OF_TWO, L);
        FloatVector eighths0 = FloatVector.fromArray(F, EIGHTHS_OF_TWO, 0);
        FloatVector eighths1 = FloatVector.fromArray(F, EIGHTHS_OF_TWO, L);
        FloatVector quarters0 = FloatVector.fromArray(F, QUARTERS_OF_TWO, 0);
        FloatVector quarters1 = FloatVector.fromArray(F, QUARTERS_OF_TWO, L);
        FloatVector halves0 = FloatVector.fromArray(F, HALVES_OF_TWO, 0);
        FloatVector halves1 = FloatVector.fromArray(F, HALVES_OF_TWO, L);
        for (int k = 0; k < depth; k += L) {
            int i = at + k;
            int j = toAt + k * width;
            FloatVector a0 = FloatVector.fromArray(F, from, i);
            FloatVector a1 = FloatVector.fromArray(F, from, i + across);
            FloatVector a2 = FloatVector.fromArray(F, from, i + 2 * across);
            FloatVector a3 = FloatVector.fromArray(F, from, i + 3 * across);
            FloatVector a4 = FloatVector.fromArray(F, from, i + 4 * across);
            FloatVector a5 = FloatVector.fromArray(F, from, i + 5 * across);
            FloatVector a6 = FloatVector.fromArray(F, from, i + 6 * across);
            FloatVector a7 = FloatVector.fromArray(F, from, i + 7 * across);
            FloatVector a8 = FloatVector.fromArray(F, from, i + 8 * across);
            FloatVector a9 = FloatVector.fromArray(F, from, i + 9 * across);
            FloatVector a10 = FloatVector.fromArray(F, from, i + 10 * across);
            FloatVector a11 = FloatVector.fromArray(F, from, i + 11 * across);
            FloatVector a12 = FloatVector.fromArray(F, from, i + 12 * across);
            FloatVector a13 = FloatVector.fromArray(F, from, i + 13 * across);
            FloatVector a14 = FloatVector.fromArray(F, from, i + 14 * across);
            FloatVector a15 = FloatVector.fromArray(F, from, i + 15 * across);

            FloatVector b0 = sixteenths0.selectFrom(a0, a1);
            FloatVector b1 = sixteenths1.selectFrom(a0, a1);
            FloatVector b2 = sixteenths0.selectFrom(a2, a3);
            FloatVector b3 = sixteenths1.selectFrom(a2, a3);
            FloatVector b4 = sixteenths0.selectFrom(a4, a5);
            FloatVector b5 = sixteenths1.selectFrom(a4, a5);
            FloatVector b6 = sixteenths0.selectFrom(a6, a7);
            FloatVector b7 = sixteenths1.selectFrom(a6, a7);
            FloatVector b8 = sixteenths0.selectFrom(a8, a9);
            FloatVector b9 = sixteenths1.selectFrom(a8, a9);
            FloatVector b10 = sixteenths0.selectFrom(a10, a11);
            FloatVector b11 = sixteenths1.selectFrom(a10, a11);
            FloatVector b12 = sixteenths0.selectFrom(a12, a13);
            FloatVector b13 = sixteenths1.selectFrom(a12, a13);
            FloatVector b14 = sixteenths0.selectFrom(a14, a15);
            FloatVector b15 = sixteenths1.selectFrom(a14, a15);

            FloatVector c0 = eighths0.selectFrom(b0, b2);
            FloatVector c2 = eighths1.selectFrom(b0, b2);
            FloatVector c1 = eighths0.selectFrom(b1, b3);
            FloatVector c3 = eighths1.selectFrom(b1, b3);
            FloatVector c4 = eighths0.selectFrom(b4, b6);
            FloatVector c6 = eighths1.selectFrom(b4, b6);
            FloatVector c5 = eighths0.selectFrom(b5, b7);
            FloatVector c7 = eighths1.selectFrom(b5, b7);
            FloatVector c8 = eighths0.selectFrom(b8, b10);
            FloatVector c10 = eighths1.selectFrom(b8, b10);
            FloatVector c9 = eighths0.selectFrom(b9, b11);
            FloatVector c11 = eighths1.selectFrom(b9, b11);
            FloatVector c12 = eighths0.selectFrom(b12, b14);
            FloatVector c14 = eighths1.selectFrom(b12, b14);
            FloatVector c13 = eighths0.selectFrom(b13, b15);
            FloatVector c15 = eighths1.selectFrom(b13, b15);

            FloatVector d0 = quarters0.selectFrom(c0, c4);
            FloatVector d4 = quarters1.selectFrom(c0, c4);
            FloatVector d1 = quarters0.selectFrom(c1, c5);
            FloatVector d5 = quarters1.selectFrom(c1, c5);
            FloatVector d2 = quarters0.selectFrom(c2, c6);
            FloatVector d6 = quarters1.selectFrom(c2, c6);
            FloatVector d3 = quarters0.selectFrom(c3, c7);
            FloatVector d7 = quarters1.selectFrom(c3, c7);
            FloatVector d8 = quarters0.selectFrom(c8, c12);
            FloatVector d12 = quarters1.selectFrom(c8, c12);
            FloatVector d9 = quarters0.selectFrom(c9, c13);
            FloatVector d13 = quarters1.selectFrom(c9, c13);
            FloatVector d10 = quarters0.selectFrom(c10, c14);
            FloatVector d14 = quarters1.selectFrom(c10, c14);
            FloatVector d11 = quarters0.selectFrom(c11, c15);
            FloatVector d15 = quarters1.selectFrom(c11, c15);

            FloatVector e0 = halves0.selectFrom(d0, d8);
            FloatVector e8 = halves1.selectFrom(d0, d8);
            FloatVector e1 = halves0.selectFrom(d1, d9);
            FloatVector e9 = halves1.selectFrom(d1, d9);
            FloatVector e2 = halves0.selectFrom(d2, d10);
            FloatVector e10 = halves1.selectFrom(d2, d10);
            FloatVector e3 = halves0.selectFrom(d3, d11);
            FloatVector e11 = halves1.selectFrom(d3, d11);
            FloatVector e4 = halves0.selectFrom(d4, d12);
            FloatVector e12 = halves1.selectFrom(d4, d12);
            FloatVector e5 = halves0.selectFrom(d5, d13);
            FloatVector e13 = halves1.selectFrom(d5, d13);
            FloatVector e6 = halves0.selectFrom(d6, d14);
            FloatVector e14 = halves1.selectFrom(d6, d14);
            FloatVector e7 = halves0.selectFrom(d7, d15);
            FloatVector e15 = halves1.selectFrom(d7, d15);

            e0.intoArray(to, j);
            e1.intoArray(to, j + width);
            e2.intoArray(to, j + 2 * width);
            e3.intoArray(to, j + 3 * width);
            e4.intoArray(to, j + 4 * width);
            e5.intoArray(to, j + 5 * width);
            e6.intoArray(to, j + 6 * width);
            e7.intoArray(to, j + 7 * width);
            e8.intoArray(to, j + 8 * width);
            e9.intoArray(to, j + 9 * width);
            e10.intoArray(to, j + 10 * width);
            e11.intoArray(to, j + 11 * width);
            e12.intoArray(to, j + 12 * width);
            e13.intoArray(to, j + 13 * width);
            e14.intoArray(to, j + 14 * width);
            e15.intoArray(to, j + 15 * width);
        }
    }

    private static VectorShuffle<Float> exchange(int lanes) {
        return VectorShuffle.fromOp(F, i -> i ^ lanes);
    }

    private static VectorMask<Float> odd(int lanes) {
        long bits = 0;
        for (int i = 0; i < L; i++) {
            bits |= (i & lanes) != 0 ? 1L << i : 0;
        }
        return VectorMask.fromLong(F, bits);
    }

    /// Lane i of the first is lane i of x, or lane `i ^ lanes` of y where that bit of i is set; of the second, lane
    /// `i ^ lanes` of x, or lane i of y.
    private static float[] ofTwo(int lanes) {
        float[] from = new float[2 * L];
        for (int i = 0; i < L; i++) {
            boolean odd = (i & lanes) != 0;
            from[i] = odd ? L + (i ^ lanes) : i;
            from[L + i] = odd ? L + i : i ^ lanes;
        }
        return from;
    }

    /// The same in plain loops.
    public static void gather(float[] from, int at, int across, int along, int lines, int depth, float[] to, int toAt,
            int width) {
        for (int k = 0; k < depth; k++) {
            for (int i = 0; i < lines; i++) {
                to[toAt + k * width + i] = from[at + i * across + k * along];
            }
        }
    }
}
