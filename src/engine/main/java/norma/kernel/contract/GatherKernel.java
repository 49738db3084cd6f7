package norma.kernel.contract;

import norma.kernel.Floats;
import norma.parallel.Workers;

/// Rows of a table by index.
public interface GatherKernel {

    /// `y[i] = table[ids[i]]`, rows of `columns` floats; ids checked by the caller.
    default void gather(Floats table, int[] ids, int columns, Floats y) {
        Workers.split(ids.length, Workers.grain(columns), (from, to) -> {
            for (int i = from; i < to; i++) {
                System.arraycopy(table.array(), table.offset() + ids[i] * columns, y.array(), y.offset() + i * columns,
                        columns);
            }
        });
    }

    /// `dTable[ids[i]] += dy[i]`, in the order of i whatever the number of threads: the columns are shared out.
    default void scatterAdd(Floats dy, int[] ids, int columns, Floats dTable) {
        Workers.split(columns, columnGrain(ids.length), (from, to) -> {
            float[] xs = dy.array(), ys = dTable.array();
            for (int i = 0; i < ids.length; i++) {
                int x = dy.offset() + i * columns, y = dTable.offset() + ids[i] * columns;
                for (int j = from; j < to; j++) {
                    ys[y + j] += xs[x + j];
                }
            }
        });
    }

    /// Columns a thread adds up at a time: whole cache lines, and enough of them to be worth a thread.
    static int columnGrain(int ids) {
        return Math.ceilDiv(Workers.grain(ids), 64) * 64;
    }
}
