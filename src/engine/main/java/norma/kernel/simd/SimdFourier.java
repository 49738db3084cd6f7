package norma.kernel.simd;

import norma.kernel.Fourier;

/// Fourier transforms with a line in each lane of a vector.
final class SimdFourier implements Fourier {

    @Override
    public int lanes() {
        return Lanes.LANES;
    }

    @Override
    public Lines lines(int room) {
        return new LinesInLanes(room);
    }
}
