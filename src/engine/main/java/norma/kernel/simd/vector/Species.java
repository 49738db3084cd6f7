package norma.kernel.simd.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// How wide the vectors of this package are: the widest the machine has, or `-Dnorma.simd.bits=128|256|512`.
///
/// Kernels must name [#F] itself at each call: C2 makes one instruction of a vector method only when it sees the
/// species as a constant. The width may change the last bits of a sum; pin it where results must agree between
/// machines.
public final class Species {
    public static final VectorSpecies<Float> F = choose(Integer.getInteger("norma.simd.bits"));

    /// Integers of the same shape as [#F], for bit tricks on floats.
    public static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, F.vectorShape());

    /// Floats in one vector.
    public static final int LANES = F.length();

    /// Whether there are 32 vector registers, so that a tile of 16 accumulators fits; AVX2 and SSE have 16.
    public static final boolean MANY_REGISTERS = LANES == 16 || System.getProperty("os.arch").equals("aarch64");

    private Species() {
    }

    private static VectorSpecies<Float> choose(Integer bits) {
        VectorSpecies<Float> widest = FloatVector.SPECIES_PREFERRED;
        if (bits == null) {
            return widest;
        }
        if (bits != 128 && bits != 256 && bits != 512 || bits > widest.vectorBitSize()) {
            throw new IllegalArgumentException("Species: norma.simd.bits must be 128, 256 or 512 and at most "
                    + widest.vectorBitSize() + ", the width of this machine; got " + bits);
        }
        return VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
    }
}
