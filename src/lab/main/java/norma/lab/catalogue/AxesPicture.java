package norma.lab.catalogue;

import java.util.Locale;
import norma.norm.StatisticsAxes;

/// A picture of what a statistic is taken over, after figure 2 of the GroupNorm paper (Wu & He 2018, arXiv 1803.08494): x as a
/// block of N x C x positions seen from a corner, and in it the elements that share one statistic. Weights are a sheet of
/// outputs x inputs.
final class AxesPicture {
    private static final int CELLS = 4;
    private static final int LAST = CELLS - 1;
    private static final double EDGE = 11;
    private static final double COS = Math.cos(Math.PI / 6);
    private static final double MARGIN = 12;

    private final StatisticsAxes over;
    private final StringBuilder svg = new StringBuilder();

    private AxesPicture(StatisticsAxes over) {
        this.over = over;
    }

    /// The picture of one kind as SVG, for pages of any colour.
    static String svg(StatisticsAxes over) {
        var picture = new AxesPicture(over);
        if (over == StatisticsAxes.INPUTS || over == StatisticsAxes.WEIGHT) {
            picture.sheet();
        } else {
            picture.block();
        }
        return """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="14 8 84 98" width="84" height="98" role="img">
                <title>%s</title>
                <g stroke="#888" stroke-width="0.7" font-family="sans-serif" font-size="11">
                %s</g>
                </svg>
                """.formatted(over, picture.svg);
    }

    // ---- Weights ----

    private void sheet() {
        for (int output = 0; output < CELLS; output++) {
            for (int input = 0; input < CELLS; input++) {
                double left = 28 + 16 * input, top = 20 + 16 * output;
                cell(over == StatisticsAxes.WEIGHT || output == 1, left, top, left + 16, top, left + 16, top + 16, left,
                        top + 16);
            }
        }
        label("inputs", 60, 14);
        label("O", 18, 56);
    }

    // ---- Activations: the three faces that can be seen ----

    private void block() {
        for (int i = 0; i < CELLS; i++) {
            for (int j = 0; j < CELLS; j++) {
                face(shared(i, j, LAST), new double[] {i, j, CELLS}, 1, 1, 0);
                face(shared(LAST, i, j), new double[] {CELLS, i, j}, 0, 1, 1);
                face(shared(i, LAST, j), new double[] {i, CELLS, j}, 1, 0, 1);
            }
        }
        label("N", 28, 100);
        label("C", 84, 100);
    }

    /// One cell of a face, from its corner along the two axes that are 1.
    private void face(boolean shared, double[] corner, int n, int c, int position) {
        double[][] corners = n + c == 2 ? new double[][] {{0, 0, 0}, {1, 0, 0}, {1, 1, 0}, {0, 1, 0}}
                : new double[][] {{0, 0, 0}, {n, c, 0}, {n, c, 1}, {0, 0, 1}};
        double[] points = new double[8];
        for (int i = 0; i < 4; i++) {
            double along = corner[0] + corners[i][0], across = corner[1] + corners[i][1],
                    up = corner[2] + corners[i][2];
            points[2 * i] = 56 + (along - across) * COS * EDGE;
            points[2 * i + 1] = MARGIN + CELLS * EDGE + (along + across) * EDGE / 2 - up * EDGE;
        }
        cell(shared, points);
    }

    /// Whether the element of example n, channel c and a position belongs to the statistic that is shown.
    private boolean shared(int n, int c, int position) {
        boolean example = n == LAST, channel = c == LAST, top = position == LAST;
        return switch (over) {
            case NOTHING, INPUTS, WEIGHT -> false;
            case FEATURES -> example && top;
            case SOME_FEATURES -> example && top && c >= 2;
            case POSITIONS -> example && channel;
            case GROUP -> example && c >= 2;
            case BATCH -> channel;
            case PART_OF_BATCH -> channel && n >= 2;
            case EARLIER -> channel && n < LAST;
            case COVARIANCE -> c >= 2;
            case MIXED -> example || channel;
            case NEIGHBOURING_CHANNELS -> example && top && (c == 1 || c == 2);
            case NEIGHBOURING_POSITIONS -> example && channel && (position == 1 || position == 2);
            case POSITIONS_THEN_CHANNELS -> example;
        };
    }

    // ---- Drawing ----

    private void cell(boolean shared, double... points) {
        svg.append("<polygon points=\"");
        for (int i = 0; i < points.length; i += 2) {
            svg.append(String.format(Locale.ROOT, i == 0 ? "%.1f,%.1f" : " %.1f,%.1f", points[i], points[i + 1]));
        }
        svg.append(shared ? "\" fill=\"#3b82f6\"/>\n" : "\" fill=\"none\"/>\n");
    }

    private void label(String text, double x, double y) {
        svg.append(String.format(Locale.ROOT,
                "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"middle\" stroke=\"none\" fill=\"#888\">%s</text>\n", x, y,
                text));
    }
}
