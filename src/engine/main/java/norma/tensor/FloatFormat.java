package norma.tensor;

import java.math.BigDecimal;
import java.math.RoundingMode;

/// How a set of floats is written, by numpy's rules: the digits that tell each from its neighbours, at most 8 behind the point, equally
/// many places for all; with exponents from 1e8 on, below 1e-4, and where they differ by more than a factor of 1000.
///
/// @param scientific with exponents
/// @param digits places behind the point; the text is filled up to them, with blanks or, with exponents, zeros
record FloatFormat(boolean scientific, int digits) {
    private static final int MOST = 8;

    static FloatFormat of(float... values) {
        double largest = 0, smallest = Double.POSITIVE_INFINITY;
        for (float value : values) {
            double size = Math.abs((double) value);
            if (size > 0 && size < Double.POSITIVE_INFINITY) {
                largest = Math.max(largest, size);
                smallest = Math.min(smallest, size);
            }
        }
        boolean scientific = largest >= 1e8 || largest > 0 && (smallest < 1e-4 || largest / smallest > 1000);
        int digits = 0;
        for (float value : values) {
            if (Float.isFinite(value)) {
                digits = Math.max(digits, scientific ? shortest(value).precision() - 1 : shortest(value).scale());
            }
        }
        return new FloatFormat(scientific, Math.clamp(digits, 0, MOST));
    }

    /// The fewest digits that are read as this float and no other.
    private static BigDecimal shortest(float value) {
        var exact = new BigDecimal(Float.toString(value)).stripTrailingZeros();
        return exact.signum() == 0 ? BigDecimal.ZERO : exact;
    }

    String text(float value) {
        if (!Float.isFinite(value)) {
            return Float.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }
        String sign = Math.copySign(1, value) < 0 ? "-" : "";
        BigDecimal size = shortest(value).abs();
        return sign + (scientific ? withExponent(size) : plain(size));
    }

    private String plain(BigDecimal size) {
        BigDecimal rounded = size.setScale(Math.clamp(size.scale(), 0, digits), RoundingMode.HALF_EVEN);
        String text = rounded.toPlainString() + (rounded.scale() == 0 ? "." : "");
        return text + " ".repeat(digits - rounded.scale());
    }

    private String withExponent(BigDecimal size) {
        int exponent = size.signum() == 0 ? 0 : size.precision() - size.scale() - 1;
        String mantissa = size.movePointLeft(exponent).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
        return "%s%se%s%02d".formatted(mantissa, digits == 0 ? "." : "", exponent < 0 ? "-" : "+", Math.abs(exponent));
    }
}
