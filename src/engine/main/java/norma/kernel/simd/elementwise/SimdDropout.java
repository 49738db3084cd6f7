package norma.kernel.simd.elementwise;

import static jdk.incubator.vector.FloatVector.fromArray;
import static norma.kernel.simd.vector.Species.F;
import static norma.kernel.simd.vector.Species.I;
import static norma.kernel.simd.vector.Species.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import norma.kernel.Floats;
import norma.kernel.contract.DropoutKernel;
import norma.parallel.Workers;

/// Dropout on vectors: the hash of the contract, lane by lane.
public final class SimdDropout implements DropoutKernel {

    @Override
    public void dropout(Floats x, float keep, long key, Floats y) {
        int first = DropoutKernel.first(key), second = DropoutKernel.second(key), bound = DropoutKernel.bound(keep);
        float scale = 1 / keep;
        Workers.split(y.length(), Workers.grain(1), (from, to) -> {
            float[] xs = x.array(), ys = y.array();
            int x0 = x.offset(), y0 = y.offset(), whole = from + F.loopBound(to - from);
            IntVector lane = IntVector.zero(I).addIndex(1);
            for (int i = from; i < whole; i += LANES) {
                IntVector h = mix(mix(lane.add(i).lanewise(VectorOperators.XOR, first)).add(second));
                VectorMask<Float> kept = h.lanewise(VectorOperators.LSHR, 8).compare(VectorOperators.LT, bound).cast(F);
                FloatVector.zero(F).blend(fromArray(F, xs, x0 + i).mul(scale), kept).intoArray(ys, y0 + i);
            }
            for (int i = whole; i < to; i++) {
                ys[y0 + i] = DropoutKernel.hash(i, first, second) >>> 8 < bound ? xs[x0 + i] * scale : 0;
            }
        });
    }

    private static IntVector mix(IntVector h) {
        h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 16)).mul(0x7feb352d);
        h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 15)).mul(0x846ca68b);
        return h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 16));
    }
}
