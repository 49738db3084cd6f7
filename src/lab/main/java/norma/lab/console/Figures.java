package norma.lab.console;

import java.util.Locale;

/// Numbers as people read them, the same in every country; nothing for what isn't finite.
public final class Figures {
    private Figures() {
    }

    public static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    public static String number(double value, int decimals) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%,." + decimals + "f", value) : "";
    }

    /// With its sign, a true minus among them.
    public static String signed(double value, int decimals) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%+." + decimals + "f", value).replace('-', '\u2212')
                : "";
    }

    public static String percent(double share) {
        return String.format(Locale.ROOT, "%s %%", share * 100).replace(".0 ", " ");
    }
}
