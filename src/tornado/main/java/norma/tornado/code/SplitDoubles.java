package norma.tornado.code;

/// Doubles that are kept in the slab as the engine's `SplitDouble`: (y0 + y1 + y2) 2^y3.
///
/// The device can't look at a double's exponent, so y3 is a multiple of 128 that brings the number near 1: sums of squares of floats
/// lie between 2^-298 and 2^288.
final class SplitDoubles {
    private SplitDoubles() {
    }

    /// Writes a number that is not negative.
    static void write(double value, float[] s, int at) {
        int exponent =
                value < 0x1p-192 ? -256 : value < 0x1p-64 ? -128 : value < 0x1p64 ? 0 : value < 0x1p192 ? 128 : 256;
        double rest = value * power(-exponent);
        for (int i = 0; i < 3; i++) {
            float part = (float) rest;
            s[at + i] = part;
            rest = part - part == 0 ? rest - part : 0;
        }
        s[at + 3] = exponent;
    }

    static double read(float[] s, int at) {
        return ((double) s[at] + s[at + 1] + s[at + 2]) * power((int) s[at + 3]);
    }

    /// 2^exponent for what [#write] chooses.
    private static double power(int exponent) {
        return exponent == 0 ? 1 : exponent == 128 ? 0x1p128
                : exponent == -128 ? 0x1p-128 : exponent == 256 ? 0x1p256 : 0x1p-256;
    }
}
