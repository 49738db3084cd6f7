package norma.embeddings.finetuning;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// How often a classifier took each label for each other one, and what follows from it.
///
/// @param labels names by number
/// @param confusion counts, (true label, predicted label)
public record ClassificationReport(List<String> labels, int[][] confusion) {

    /// Counts.
    ///
    /// @param truth the label of each text
    /// @param predicted what the classifier says
    public static ClassificationReport of(List<String> labels, int[] truth, int[] predicted) {
        int[][] confusion = new int[labels.size()][labels.size()];
        for (int i = 0; i < truth.length; i++) {
            confusion[truth[i]][predicted[i]]++;
        }
        return new ClassificationReport(List.copyOf(labels), confusion);
    }

    /// How many texts there are of a label.
    public int support(int label) {
        return Arrays.stream(confusion[label]).sum();
    }

    private int predicted(int label) {
        return Arrays.stream(confusion).mapToInt(row -> row[label]).sum();
    }

    /// The share of the texts that got their label.
    public double accuracy() {
        int right = IntStream.range(0, labels.size()).map(label -> confusion[label][label]).sum();
        return (double) right / IntStream.range(0, labels.size()).map(this::support).sum();
    }

    /// Of those that got a label the share that have it; 0 if none got it.
    public double precision(int label) {
        return share(confusion[label][label], predicted(label));
    }

    /// Of those that have a label the share that got it; 0 if none has it.
    public double recall(int label) {
        return share(confusion[label][label], support(label));
    }

    /// The harmonic mean of precision and recall.
    public double f1(int label) {
        return share(2.0 * confusion[label][label], support(label) + predicted(label));
    }

    /// The mean F1 of the labels that some text has or got: rare labels count as much as others.
    public double macroF1() {
        return IntStream.range(0, labels.size()).filter(label -> support(label) + predicted(label) > 0)
                .mapToDouble(this::f1).average().orElse(Double.NaN);
    }

    private static double share(double part, int whole) {
        return whole == 0 ? 0 : part / whole;
    }
}
