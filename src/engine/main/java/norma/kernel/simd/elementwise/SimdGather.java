package norma.kernel.simd.elementwise;

import static jdk.incubator.vector.FloatVector.fromArray;
import static norma.kernel.simd.vector.Species.F;
import static norma.kernel.simd.vector.Species.LANES;

import norma.kernel.Floats;
import norma.kernel.contract.GatherKernel;
import norma.parallel.Workers;

/// Adding up rows on vectors; reading them is a copy already.
public final class SimdGather implements GatherKernel {

    @Override
    public void scatterAdd(Floats dy, int[] ids, int columns, Floats dTable) {
        Workers.split(columns, GatherKernel.columnGrain(ids.length), (from, to) -> {
            for (int i = 0; i < ids.length; i++) {
                add(dy.array(), dy.offset() + i * columns + from, dTable.array(),
                        dTable.offset() + ids[i] * columns + from, to - from);
            }
        });
    }

    /// y = y + x
    public static void add(float[] x, int x0, float[] y, int y0, int n) {
        int i = 0;
        for (; i < F.loopBound(n); i += LANES) {
            fromArray(F, y, y0 + i).add(fromArray(F, x, x0 + i)).intoArray(y, y0 + i);
        }
        for (; i < n; i++) {
            y[y0 + i] += x[x0 + i];
        }
    }
}
