package norma.lab.finetune;

import java.util.DoubleSummaryStatistics;
import norma.lab.finetune.Rows.Row;

/// The numbers of a column as scores from 0 to 1.
///
/// @param column where they stand
/// @param low the number that becomes 0
/// @param high the number that becomes 1
record Scores(String column, double low, double high) {

    /// Of a range that the user says: `0,5`.
    static Scores of(String column, String range) {
        String[] ends = range.split(",", -1);
        try {
            var scores = new Scores(column, Double.parseDouble(ends[0]), Double.parseDouble(ends[ends.length - 1]));
            if (ends.length == 2 && scores.low < scores.high && Double.isFinite(scores.high - scores.low)) {
                return scores;
            }
        } catch (NumberFormatException _) {
            // refused below
        }
        throw new IllegalArgumentException("--score-range must be two numbers, the lower one first: 0,5; got " + range);
    }

    /// Of numbers from 0 to 1, or else from the least to the largest one.
    static Scores of(String column, Rows rows) {
        DoubleSummaryStatistics all =
                rows.rows().stream().mapToDouble(row -> number(row, column)).summaryStatistics();
        boolean shares = all.getMin() >= 0 && all.getMax() <= 1;
        if (all.getMin() == all.getMax()) {
            throw new IllegalArgumentException("%s, column %s: scores must differ; all are %s".formatted(rows.source(),
                    column, all.getMin()));
        }
        return shares ? new Scores(column, 0, 1) : new Scores(column, all.getMin(), all.getMax());
    }

    private static double number(Row row, String column) {
        try {
            double value = Double.parseDouble(row.cell(column));
            if (Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException _) {
            // refused below
        }
        throw row.wrong(column, "a finite number");
    }

    /// A row's score.
    float of(Row row) {
        double value = number(row, column);
        if (value < low || value > high) {
            throw row.wrong(column, "a number from %s to %s".formatted(low, high));
        }
        return (float) ((value - low) / (high - low));
    }

    @Override
    public String toString() {
        return low == 0 && high == 1 ? "scores lie between 0 and 1"
                : "scores from %s to %s become 0 to 1; --score-range says it otherwise".formatted(low, high);
    }
}
