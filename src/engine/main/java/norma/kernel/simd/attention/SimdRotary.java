package norma.kernel.simd.attention;

import static norma.kernel.simd.vector.Species.F;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import norma.kernel.Floats;
import norma.kernel.contract.RotaryKernel;
import norma.kernel.simd.vector.Species;
import norma.parallel.Workers;

/// Rotary embedding, a vector of pairs at a time. The roundings are the reference's, so the bits are, too.
public final class SimdRotary implements RotaryKernel {
    private static final int L = Species.LANES;

    /// Lanes of two vectors, one behind the other.
    private static final VectorShuffle<Float> EVEN = VectorShuffle.fromOp(F, i -> 2 * i);
    private static final VectorShuffle<Float> ODD = VectorShuffle.fromOp(F, i -> 2 * i + 1);

    /// Each lane twice.
    private static final VectorShuffle<Float> LOW = VectorShuffle.fromOp(F, i -> i / 2);
    private static final VectorShuffle<Float> HIGH = VectorShuffle.fromOp(F, i -> (L + i) / 2);
    private static final VectorMask<Float> ODD_LANES = VectorMask.fromLong(F, 0xaaaaaaaaaaaaaaaaL);

    @Override
    public void rotate(int batch, int time, int heads, int size, boolean neighbours, Floats x, Floats cos, Floats sin,
            boolean back, Floats y) {
        int half = size / 2;
        Turn turn = neighbours ? SimdRotary::turnNeighbours : SimdRotary::turnHalves;
        Workers.split(batch * time, Workers.grain(heads * size), (from, to) -> {
            for (int row = from; row < to; row++) {
                int angle = row % time * half;
                for (int head = row * heads; head < (row + 1) * heads; head++) {
                    turn.head(x.array(), x.offset() + head * size, half, cos.array(), cos.offset() + angle, sin.array(),
                            sin.offset() + angle, back ? -1 : 1, y.array(), y.offset() + head * size);
                }
            }
        });
    }

    private interface Turn {
        void head(float[] x, int xAt, int half, float[] cos, int cosAt, float[] sin, int sinAt, float sign, float[] y,
                int yAt);
    }

    private static void turnHalves(float[] x, int xAt, int half, float[] cos, int cosAt, float[] sin, int sinAt,
            float sign, float[] y, int yAt) {
        int whole = F.loopBound(half);
        for (int j = 0; j < whole; j += L) {
            FloatVector c = FloatVector.fromArray(F, cos, cosAt + j);
            FloatVector s = FloatVector.fromArray(F, sin, sinAt + j).mul(sign);
            FloatVector a = FloatVector.fromArray(F, x, xAt + j);
            FloatVector b = FloatVector.fromArray(F, x, xAt + half + j);
            a.mul(c).sub(b.mul(s)).intoArray(y, yAt + j);
            b.mul(c).add(a.mul(s)).intoArray(y, yAt + half + j);
        }
        for (int j = whole; j < half; j++) {
            float c = cos[cosAt + j];
            float s = sign * sin[sinAt + j];
            float a = x[xAt + j];
            float b = x[xAt + half + j];
            y[yAt + j] = a * c - b * s;
            y[yAt + half + j] = b * c + a * s;
        }
    }

    private static void turnNeighbours(float[] x, int xAt, int half, float[] cos, int cosAt, float[] sin, int sinAt,
            float sign, float[] y, int yAt) {
        int whole = F.loopBound(half);
        for (int j = 0; j < whole; j += L) {
            FloatVector c = FloatVector.fromArray(F, cos, cosAt + j);
            FloatVector s = FloatVector.fromArray(F, sin, sinAt + j).mul(sign);
            FloatVector low = FloatVector.fromArray(F, x, xAt + 2 * j);
            FloatVector high = FloatVector.fromArray(F, x, xAt + 2 * j + L);
            FloatVector a = low.rearrange(EVEN, high);
            FloatVector b = low.rearrange(ODD, high);
            FloatVector first = a.mul(c).sub(b.mul(s));
            FloatVector second = b.mul(c).add(a.mul(s));
            first.rearrange(LOW).blend(second.rearrange(LOW), ODD_LANES).intoArray(y, yAt + 2 * j);
            first.rearrange(HIGH).blend(second.rearrange(HIGH), ODD_LANES).intoArray(y, yAt + 2 * j + L);
        }
        for (int j = whole; j < half; j++) {
            float c = cos[cosAt + j];
            float s = sign * sin[sinAt + j];
            float a = x[xAt + 2 * j];
            float b = x[xAt + 2 * j + 1];
            y[yAt + 2 * j] = a * c - b * s;
            y[yAt + 2 * j + 1] = b * c + a * s;
        }
    }
}
