package norma.tornado.offload;

import java.util.Arrays;
import norma.kernel.Floats;
import norma.kernel.contract.GatherKernel;
import norma.tornado.code.GatherCode;
import norma.tornado.device.Kernel;

/// Rows of a table by index.
record OffloadedGather(Offload offload) implements GatherKernel {
    private static final Kernel GATHER = Kernel.of(GatherCode::gather);
    private static final Kernel SCATTER_ADD = Kernel.of(GatherCode::scatterAdd);

    @Override
    public void gather(Floats table, int[] ids, int columns, Floats y) {
        offload.launch(GATHER, ids.length * columns, offload.at(table), offload.numbers(ids), columns, offload.at(y));
    }

    @Override
    public void scatterAdd(Floats dy, int[] ids, int columns, Floats dTable) {
        // Sorted by id and, within an id, by row.
        int n = ids.length;
        long[] sorted = new long[n];
        for (int i = 0; i < n; i++) {
            sorted[i] = (long) ids[i] << 32 | i;
        }
        Arrays.sort(sorted);
        int[] rows = new int[n], different = new int[n], begins = new int[n + 1];
        int count = 0;
        for (int k = 0; k < n; k++) {
            rows[k] = (int) sorted[k];
            int id = (int) (sorted[k] >> 32);
            if (count == 0 || different[count - 1] != id) {
                begins[count] = k;
                different[count++] = id;
            }
        }
        begins[count] = n;
        int[] table = Arrays.copyOf(different, 2 * count + 1 + n);
        System.arraycopy(begins, 0, table, count, count + 1);
        System.arraycopy(rows, 0, table, 2 * count + 1, n);
        int at = offload.numbers(table);
        offload.launch(SCATTER_ADD, count * columns, offload.at(dy), columns, offload.at(dTable), at, at + count,
                at + 2 * count + 1);
    }
}
