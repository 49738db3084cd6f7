package norma.lab.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import norma.io.AtomicFile;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/// Lines and points over one axis, as an SVG without background. Colours are of medium lightness: they stand out from white and
/// from black.
final class Figure {
    private static final int WIDTH = 760, HEIGHT = 420;
    private static final Color TEXT = new Color(0x7d8590), GRID = new Color(0x7d, 0x85, 0x90, 50),
            DOT = new Color(0x7d, 0x85, 0x90, 120), NONE = new Color(0, 0, 0, 0);
    private static final Color[] COLORS =
            {new Color(0x2f81f7), new Color(0xd9730d), new Color(0x2da44e), new Color(0xc04b9a),
                    new Color(0x8a6df0)};
    private static final BasicStroke DASHES =
            new BasicStroke(1.5f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {5, 5}, 0);

    private static final Pattern LONG_NUMBER = Pattern.compile("-?\\d+\\.\\d{3,}");

    private final XYChart chart;
    private boolean decadesX, decadesY;
    private int colors;

    /// An empty figure.
    Figure(String title, String x, String y) {
        chart = new XYChart(WIDTH, HEIGHT);
        chart.setTitle(title);
        chart.setXAxisTitle(x);
        chart.setYAxisTitle(y);
        style();
    }

    private void style() {
        var font = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
        var thin = new BasicStroke(1);
        chart.getStyler().setLocale(Locale.ROOT).setChartBackgroundColor(NONE).setPlotBackgroundColor(NONE)
                .setPlotBorderVisible(false).setLegendBackgroundColor(NONE).setLegendBorderColor(NONE)
                .setLegendPosition(LegendPosition.OutsideS).setLegendLayout(LegendLayout.Horizontal).setLegendFont(font)
                .setChartFontColor(TEXT).setChartTitleFont(font.deriveFont(Font.BOLD, 14)).setMarkerSize(4);
        chart.getStyler().setAxisTitleFont(font).setAxisTickLabelsFont(font.deriveFont(11f))
                .setAxisTickLabelsColor(TEXT)
                .setAxisTickMarksColor(TEXT).setAxisTickMarksStroke(thin).setPlotGridLinesColor(GRID)
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
        decadesX = true;
        chart.getStyler().setXAxisTickLabelsFormattingFunction(Figure::power);
        return this;
    }

    /// With a logarithmic y axis over many powers of ten.
    Figure decadesY() {
        decadesY = true;
        chart.getStyler().setYAxisTickLabelsFormattingFunction(Figure::power);
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
        series(name, xs, ys, COLORS[colors++]).setMarker(SeriesMarkers.NONE);
        return this;
    }

    /// A dashed line for comparison.
    Figure reference(String name, double[] xs, double[] ys) {
        series(name, xs, ys, TEXT).setMarker(SeriesMarkers.NONE).setLineStyle(DASHES);
        return this;
    }

    /// Points without a line.
    Figure points(String name, double[] xs, double[] ys) {
        series(name, xs, ys, TEXT).setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter)
                .setMarker(SeriesMarkers.CIRCLE).setMarkerColor(DOT);
        return this;
    }

    private XYSeries series(String name, double[] xs, double[] ys, Color color) {
        double[] x = decadesX ? Numbers.map(xs, Math::log10) : xs;
        double[] y =
                Numbers.map(decadesY ? Numbers.map(ys, Math::log10) : ys, v -> Double.isFinite(v) ? v : Double.NaN);
        XYSeries series = chart.addSeries(name, x, y);
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

    /// The power of ten. What lies between whole powers has a name of blanks, each its own: equal names would cost ticks.
    private static String power(double exponent) {
        long whole = Math.round(exponent);
        if (Math.abs(exponent - whole) > 1e-9) {
            return " ".repeat(Math.floorMod(Math.round(exponent * 10), 100) + 1);
        }
        return whole >= -2 && whole <= 3 ? plain(Math.pow(10, whole)) : "1e" + whole;
    }

    /// Writes the picture.
    void write(Path file) throws IOException {
        String svg = new String(ChartEncoder.getBytes(chart, "SVG"), StandardCharsets.UTF_8);
        AtomicFile.write(file, LONG_NUMBER.matcher(svg).replaceAll(number -> hundredths(number.group())));
    }

    /// A hundredth of a pixel is enough, and does not show how sums were rounded.
    private static String hundredths(String number) {
        return new BigDecimal(number).setScale(2, RoundingMode.HALF_EVEN).stripTrailingZeros().toPlainString();
    }
}
