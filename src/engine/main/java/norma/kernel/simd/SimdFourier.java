package norma.kernel.simd;

import norma.kernel.contract.FourierKernel;

/// Fourier transforms with a line in each lane of a vector.
final class SimdFourier implements FourierKernel {

    @Override
    public int lanes() {
        return Lanes.LANES;
    }

    @Override
    public Lines lines(int room) {
        return new LinesInLanes(room);
    }
}
