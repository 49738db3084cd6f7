package norma.lab.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import norma.io.AtomicFile;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/// Lines and points over one axis, as an SVG without background.
final class Figure {
    private static final int WIDTH = 760, HEIGHT = 420, MARGIN = 10;
    private static final double NAMES = 0.44; // the share of the width that names of rows take
    private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    private static final Color NONE = new Color(0, 0, 0, 0);
    private static final double GRID = 0.2, DOT = 0.47; // shares of the text's colour
    private static final Marker[] MARKERS =
            {SeriesMarkers.CIRCLE, SeriesMarkers.DIAMOND, SeriesMarkers.SQUARE, SeriesMarkers.TRIANGLE_UP};
    private static final BasicStroke DASHES =
            new BasicStroke(1.5f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {5, 5}, 0);

    private static final Pattern LONG_NUMBER = Pattern.compile("-?\\d+\\.\\d{3,}");

    private final XYChart chart;
    private final Palette palette;
    private DoubleUnaryOperator scaleX = x -> x, scaleY = y -> y;
    private String description = "";
    private int colors;

    /// An empty figure, whose colours stand out from white and from black.
    Figure(String title, String x, String y) {
        this(title, x, y, Palette.BOTH);
    }

    /// An empty figure in these colours.
    Figure(String title, String x, String y, Palette palette) {
        this.palette = palette;
        chart = new XYChart(WIDTH, HEIGHT);
        chart.setTitle(title);
        chart.setXAxisTitle(x);
        chart.setYAxisTitle(y);
        style();
    }

    private void style() {
        var thin = new BasicStroke(1);
        chart.getStyler().setLocale(Locale.ROOT).setChartBackgroundColor(NONE).setPlotBackgroundColor(NONE)
                .setPlotBorderVisible(false).setLegendBackgroundColor(NONE).setLegendBorderColor(NONE)
                .setLegendPosition(LegendPosition.OutsideS).setLegendLayout(LegendLayout.Horizontal).setLegendFont(FONT)
                .setChartFontColor(palette.text()).setChartTitleFont(FONT.deriveFont(Font.BOLD, 14)).setMarkerSize(4);
        chart.getStyler().setAxisTitleFont(FONT).setAxisTickLabelsFont(FONT.deriveFont(11f))
                .setAxisTickLabelsColor(palette.text())
                .setAxisTickMarksColor(palette.text()).setAxisTickMarksStroke(thin)
                .setPlotGridLinesColor(palette.faint(GRID))
                .setPlotGridLinesStroke(thin)
                .setXAxisTickLabelsFormattingFunction(Figure::plain)
                .setYAxisTickLabelsFormattingFunction(Figure::plain);
    }

    /// With a logarithmic x axis over a few powers of ten.
    Figure logX() {
        chart.getStyler().setXAxisLogarithmic(true).setXAxisLogarithmicDecadeOnly(false)
                .setXAxisTickLabelsFormattingFunction(Figure::round);
        return this;
    }

    /// With a logarithmic y axis over a few powers of ten.
    Figure logY() {
        chart.getStyler().setYAxisLogarithmic(true).setYAxisLogarithmicDecadeOnly(false)
                .setYAxisTickLabelsFormattingFunction(Figure::round);
        return this;
    }

    /// With a logarithmic x axis over many powers of ten.
    Figure decadesX() {
        scaleX = Math::log10;
        chart.getStyler().setXAxisTickLabelsFormattingFunction(Figure::power);
        return this;
    }

    /// With a logarithmic y axis over many powers of ten.
    Figure decadesY() {
        scaleY = Math::log10;
        chart.getStyler().setYAxisTickLabelsFormattingFunction(Figure::power);
        return this;
    }

    /// With an x axis on which each step is twice the one before, between these powers of two, and on its left a name for each
    /// whole number of the y axis: the last one is 1, so that the first stands on top.
    Figure rows(List<String> names, int from, int to) {
        double units = (to - from) / (1 - NAMES) / (WIDTH - 2 * MARGIN); // in a pixel
        double left = to - (WIDTH - 2 * MARGIN) * units;
        scaleX = x -> Math.log(x) / Math.log(2);
        chart.getStyler().setYAxisTicksVisible(false).setPlotGridLinesVisible(false).setXAxisTickMarkSpacingHint(30)
                .setXAxisTickLabelsFormattingFunction(
                        x -> whole(x, n -> n < from ? " ".repeat((int) -n) : plain(Math.pow(2, n))));
        for (int i = 0; i < names.size(); i++) {
            double width = FONT.getStringBounds(names.get(i), new FontRenderContext(null, true, true)).getWidth();
            chart.addAnnotation(new AnnotationText(names.get(i), left + width * units / 2, names.size() - i, false));
        }
        chart.getStyler().setAnnotationTextFont(FONT).setAnnotationTextFontColor(palette.text());
        return rangeX(left, to).rangeY(0, names.size() + 1);
    }

    /// With these words for who can't see it.
    Figure describedBy(String words) {
        description = words;
        return this;
    }

    /// With these ends of the x axis.
    Figure rangeX(double from, double to) {
        chart.getStyler().setXAxisMin(from).setXAxisMax(to);
        return this;
    }

    /// With these ends of the y axis.
    Figure rangeY(double from, double to) {
        chart.getStyler().setYAxisMin(from).setYAxisMax(to);
        return this;
    }

    /// A line through points, with gaps where y is not finite.
    Figure line(String name, double[] xs, double[] ys) {
        series(name, xs, ys, palette.series()[colors++]).setMarker(SeriesMarkers.NONE);
        return this;
    }

    /// A dashed line for comparison.
    Figure reference(String name, double[] xs, double[] ys) {
        series(name, xs, ys, palette.text()).setMarker(SeriesMarkers.NONE).setLineStyle(DASHES);
        return this;
    }

    /// Points without a line.
    Figure points(String name, double[] xs, double[] ys) {
        series(name, xs, ys, palette.text()).setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter)
                .setMarker(SeriesMarkers.CIRCLE).setMarkerColor(palette.faint(DOT));
        return this;
    }

    /// Points with a colour and a form of their own.
    Figure markers(String name, double[] xs, double[] ys) {
        series(name, xs, ys, palette.series()[colors]).setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter)
                .setMarker(MARKERS[colors++]);
        chart.getStyler().setMarkerSize(10);
        return this;
    }

    private XYSeries series(String name, double[] xs, double[] ys, Color color) {
        double[] y = Numbers.map(Numbers.map(ys, scaleY), v -> Double.isFinite(v) ? v : Double.NaN);
        XYSeries series = chart.addSeries(name, Numbers.map(xs, scaleX), y);
        series.setMarkerColor(color).setLineColor(color).setLineWidth(2);
        return series;
    }

    private static String plain(double value) {
        return Math.abs(value) < 1e-12 ? "0"
                : new BigDecimal(value).round(new MathContext(6)).stripTrailingZeros().toPlainString();
    }

    /// 1, 2 and 5 times powers of ten.
    private static String round(double value) {
        double digit = value / Math.pow(10, Math.floor(Math.log10(value) + 1e-9));
        return List.of(1L, 2L, 5L).contains(Math.round(digit)) ? plain(value) : "";
    }

    /// The power of ten.
    private static String power(double exponent) {
        return whole(exponent, n -> n >= -2 && n <= 3 ? plain(Math.pow(10, n)) : "1e" + n);
    }

    /// The name of a whole number. What lies between has a name of blanks, each its own: equal names would cost ticks.
    private static String whole(double value, LongFunction<String> name) {
        long whole = Math.round(value);
        return Math.abs(value - whole) < 1e-9 ? name.apply(whole)
                : " ".repeat(Math.floorMod(Math.round(value * 10), 100) + 1);
    }

    /// Writes the picture.
    void write(Path file) throws IOException {
        String svg = new String(ChartEncoder.getBytes(chart, "SVG"), StandardCharsets.UTF_8);
        AtomicFile.write(file, described(LONG_NUMBER.matcher(svg).replaceAll(number -> hundredths(number.group()))));
    }

    private String described(String svg) {
        return description.isEmpty() ? svg
                : svg.replaceFirst("(<svg[^>]*>)",
                        "$1\n<desc>\n" + Matcher.quoteReplacement(description) + "\n</desc>");
    }

    /// A hundredth of a pixel is enough, and does not show how sums were rounded.
    private static String hundredths(String number) {
        return new BigDecimal(number).setScale(2, RoundingMode.HALF_EVEN).stripTrailingZeros().toPlainString();
    }
}
