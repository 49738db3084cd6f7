package norma.tornado.offload;

import java.util.List;
import norma.kernel.Floats;
import norma.kernel.contract.ReductionKernel;
import norma.kernel.contract.SplitDouble;
import norma.tornado.code.ReductionCode;
import norma.tornado.device.Kernel;

/// Sums and maxima in stages, whose number and sizes follow from the shape alone.
record OffloadedReduction(Offload offload) implements ReductionKernel {
    private static final Kernel SUM = Kernel.of(ReductionCode::sumOfBlocks);
    private static final Kernel MAXIMUM = Kernel.of(ReductionCode::maximumOfBlocks);
    private static final Kernel TOTALS = Kernel.of(ReductionCode::totals);
    private static final Kernel CUMULATIVE = Kernel.of(ReductionCode::cumulative);
    private static final Kernel SQUARES = Kernel.of(ReductionCode::squares);
    private static final Kernel SQUARES_OF_GROUPS = Kernel.of(ReductionCode::squaresOfGroups);
    private static final Kernel SUM_OF_DOUBLES = Kernel.of(ReductionCode::sumOfDoubles);

    /// What keeps a device busy, what one iteration is worth, and what one may add up in the last stage.
    private static final int ITERATIONS = 1 << 16;
    private static final int ROWS = 128;
    private static final int LAST_ROWS = 256;

    /// Blocks of an array in the first stage of a sum of squares, and sums of it after the second.
    private static final int BLOCKS = 1 << 12;
    private static final int GROUPS = 64;
    private static final int UPPER = 20;

    @Override
    public void sum(Floats x, Floats y, int outer, int n, int inner) {
        reduce(SUM, offload.at(x), offload.at(y), outer, n, inner);
    }

    @Override
    public void max(Floats x, Floats y, int outer, int n, int inner) {
        reduce(MAXIMUM, offload.at(x), offload.at(y), outer, n, inner);
    }

    private void reduce(Kernel kernel, int x, int y, int outer, int n, int inner) {
        int blocks = blocks(outer * inner, n, ROWS);
        if (blocks == 1) {
            offload.launch(kernel, outer * inner, x, y, n, inner, 1);
            return;
        }
        int partial = offload.room(outer * blocks * inner);
        offload.launch(kernel, outer * blocks * inner, x, partial, n, inner, blocks);
        reduce(kernel, partial, y, outer, blocks, inner);
    }

    /// Into how many blocks n rows of some lanes are cut.
    private static int blocks(int lanes, int n, int rows) {
        return n <= LAST_ROWS || lanes == 0 ? 1 : Math.clamp(ITERATIONS / lanes, 1, Math.ceilDiv(n, rows));
    }

    @Override
    public void cumulativeSum(boolean backward, Floats x, Floats y, int outer, int n, int inner) {
        // Each run adds the totals of those before: as many runs as rows in one cost the least.
        int lanes = outer * inner, runs = blocks(lanes, n, (int) Math.sqrt(n)), length = Math.ceilDiv(n, runs);
        int totals = offload.room(2 * lanes * runs), first = backward ? n - 1 : 0, direction = backward ? -1 : 1;
        if (runs > 1) {
            offload.launch(TOTALS, lanes * runs, offload.at(x), totals, n, inner, runs, length, first, direction);
        }
        offload.launch(CUMULATIVE, lanes * runs, offload.at(x), totals, n, inner, runs, length, first, direction,
                offload.at(y));
    }

    @Override
    public void sumOfSquares(List<Floats> xs, Floats y) {
        int at = sums(xs);
        offload.launch(SUM_OF_DOUBLES, 1, at, offload.at(y), xs.size());
    }

    @Override
    public double sumOfSquares(Floats x) {
        float[] sum = new float[SplitDouble.LENGTH];
        offload.device().read(sums(List.of(x)), sum, 0, sum.length);
        return SplitDouble.read(sum, 0);
    }

    @Override
    public double sumOfSquares(float[] x, int x0, int n) {
        return sumOfSquares(new Floats(x, x0, n));
    }

    /// Sums of squares of arrays, however many, in three launches: where the sums (arrays, 4) lie.
    private int sums(List<Floats> xs) {
        int count = xs.size(), blocks = 0, lengths = count + 1, places = 3 * count + 1;
        int[] table = new int[5 * count + 1];
        for (int i = 0; i < count; i++) {
            blocks += Math.clamp(Math.ceilDiv(xs.get(i).length(), LAST_ROWS), 1, BLOCKS);
            table[i + 1] = blocks;
            split(xs.get(i).length(), table, lengths + 2 * i);
            split(offload.at(xs.get(i)), table, places + 2 * i);
        }
        int at = offload.numbers(table), partial = offload.room(SplitDouble.LENGTH * blocks);
        int groups = offload.room(SplitDouble.LENGTH * count * GROUPS), sums = offload.room(SplitDouble.LENGTH * count);
        offload.launch(SQUARES, blocks, partial, count, at, at + lengths, at + places);
        offload.launch(SQUARES_OF_GROUPS, count * GROUPS, partial, groups, GROUPS, at);
        offload.launch(SUM_OF_DOUBLES, count, groups, sums, GROUPS);
        return sums;
    }

    /// A number that is too long for a float.
    private static void split(int value, int[] to, int at) {
        to[at] = value >> UPPER;
        to[at + 1] = value & (1 << UPPER) - 1;
    }
}
