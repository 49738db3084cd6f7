package norma.tornado.code;

/// Functions of one number in float: `Math` has them in double, which a GPU computes at a small part of its speed.
final class Maths {
    private static final float LOG2_E = 1.44269504f;
    /// ln 2 = head + tail; a whole number of up to 8 bits times the head is exact.
    private static final float LN2_HEAD = 0.693359375f;
    private static final float LN2_TAIL = -2.12194440e-4f;

    private Maths() {
    }

    /// exp(x); results below 1.2e-38 become 0.
    static float exponential(float x) {
        float bounded = Math.min(Math.max(x, -88f), 88.8f);
        int n = (int) (bounded * LOG2_E + (bounded < 0 ? -0.5f : 0.5f));
        float r = bounded - n * LN2_HEAD - n * LN2_TAIL;
        float p = 0.0013814213f * r + 0.0083688986f;
        p = p * r + 0.041668406f;
        p = p * r + 0.16666519f;
        p = p * r + 0.49999993f;
        p = p * r + 1;
        p = p * r + 1;
        float result = p * powerOf2(n);
        return x < -87.33f ? 0 : result;
    }

    /// 2^n for -126 <= n <= 128, from the bits of n: floats can't be made of bits on the device. 2^128 is infinity.
    static float powerOf2(int n) {
        int bits = n + 126;
        float power = 0x1p-126f;
        power *= (bits & 1) != 0 ? 2f : 1f;
        power *= (bits & 2) != 0 ? 4f : 1f;
        power *= (bits & 4) != 0 ? 16f : 1f;
        power *= (bits & 8) != 0 ? 256f : 1f;
        power *= (bits & 16) != 0 ? 65536f : 1f;
        power *= (bits & 32) != 0 ? 0x1p32f : 1f;
        power *= (bits & 64) != 0 ? 0x1p64f : 1f;
        power *= (bits & 128) != 0 ? 0x1p64f : 1f;
        return power * ((bits & 128) != 0 ? 0x1p64f : 1f);
    }
}
