package norma.lab.plot;

import java.awt.Color;

/// The colours of a picture.
///
/// @param text words, axes and what serves for comparison
/// @param series lines and points, in order
record Palette(Color text, Color... series) {
    /// Colours of medium lightness, which stand out from white and from black.
    static final Palette BOTH = of(0x7d8590, 0x2f81f7, 0xd9730d, 0x2da44e, 0xc04b9a, 0x8a6df0);

    /// For a white page.
    static final Palette LIGHT = of(0x1f2328, 0xc2410c, 0xe8a317, 0x0969da, 0x1a7f37);

    /// For a black page.
    static final Palette DARK = of(0xe6edf3, 0xf0803c, 0xf2cc60, 0x58a6ff, 0x4ac26b);

    private static Palette of(int text, int... series) {
        Color[] colors = new Color[series.length];
        for (int i = 0; i < series.length; i++) {
            colors[i] = new Color(series[i]);
        }
        return new Palette(new Color(text), colors);
    }

    /// The text's colour, so much of it: 1 is all.
    Color faint(double share) {
        return new Color(text.getRed(), text.getGreen(), text.getBlue(), (int) Math.round(255 * share));
    }
}
