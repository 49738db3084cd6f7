package norma.kernel.contract;

import static norma.kernel.contract.Samples.SIZES;
import static norma.kernel.contract.Samples.assertClose;
import static norma.kernel.contract.Samples.assertSteady;
import static norma.kernel.contract.Samples.normal;
import static norma.kernel.contract.Samples.room;

import java.util.List;
import java.util.stream.IntStream;
import norma.kernel.Floats;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GatherKernelTest {
    private static final int ROWS = 10;

    static List<Kernels> sets() {
        return Samples.sets();
    }

    private static int[] ids(int count) {
        return IntStream.range(0, count).map(i -> i * i % ROWS).toArray();
    }

    @ParameterizedTest
    @MethodSource("sets")
    void gathersRows(Kernels kernels) {
        for (int columns : SIZES) {
            Floats table = normal(ROWS * columns, 1), y = room(50 * columns);
            int[] ids = ids(50);
            kernels.gather().gather(table, ids, columns, y);
            assertClose(i -> table.get(ids[i / columns] * columns + i % columns), y, 0);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void addsUpRepeatedRowsInOrder(Kernels kernels) {
        for (int columns : SIZES) {
            Floats table = normal(ROWS * columns, 1), dTable = Samples.copy(table), dy = normal(50 * columns, 2);
            int[] ids = ids(50);
            kernels.gather().scatterAdd(dy, ids, columns, dTable);
            float[] expected = table.toArray();
            for (int i = 0; i < 50 * columns; i++) {
                expected[ids[i / columns] * columns + i % columns] += dy.get(i);
            }
            assertClose(i -> expected[i], dTable, 0);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void neitherThreadsNorCompilationChangeTheBits(Kernels kernels) {
        for (int count : new int[] {4, 2000}) {
            Floats dy = normal(count * 207, 1), table = normal(ROWS * 207, 2);
            assertSteady(() -> {
                Floats all = room((ROWS + count) * 207), sums = all.slice(0, ROWS * 207);
                sums.fill(0);
                kernels.gather().scatterAdd(dy, ids(count), 207, sums);
                kernels.gather().gather(table, ids(count), 207, all.slice(ROWS * 207, count * 207));
                return all;
            });
        }
    }
}
