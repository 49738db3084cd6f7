package norma.lab.finetune;

import static norma.lab.console.Figures.number;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import norma.embeddings.TrainableEncoder;
import norma.embeddings.finetuning.Classifier;
import norma.embeddings.finetuning.Example.Labelled;
import norma.embeddings.finetuning.FineTuning;
import norma.embeddings.finetuning.FrozenEncoder;
import norma.embeddings.finetuning.Measured;
import norma.embeddings.finetuning.Split;
import norma.lab.finetune.Rows.Row;
import norma.train.Listener;

/// Labels of texts. Before the encoder is tuned a head is trained on it as it is, which is logistic regression; from there everything
/// learns (first the head, then all: Kumar et al. 2022, arXiv 2202.10054).
final class ClassifyLesson implements Lesson<Labelled> {
    private final Source source;
    private final Columns columns;
    private final List<String> labels;
    private final boolean balanced;
    private final TrainableEncoder encoder;
    private final FrozenEncoder frozen;

    /// @param labels their names
    /// @param balanced whether rare labels weigh more
    ClassifyLesson(Source source, Columns columns, List<String> labels, boolean balanced) throws IOException {
        this.source = source;
        this.columns = columns;
        this.labels = labels;
        this.balanced = balanced;
        this.encoder = source.encoder();
        this.frozen = new FrozenEncoder(encoder);
    }

    /// The labels of a file: by value if all are whole numbers, else by letters.
    ///
    /// @throws IllegalArgumentException if there are fewer than two, or so many that they are none
    static List<String> labels(Rows rows, Columns columns) {
        List<String> all = rows.rows().stream().map(row -> columns.of(row, Role.LABEL)).toList();
        boolean whole = all.stream().allMatch(label -> label.matches("[+-]?\\d{1,18}"));
        Comparator<String> order = whole ? Comparator.comparingLong(Long::parseLong) : Comparator.naturalOrder();
        List<String> labels = all.stream().distinct().sorted(order).toList();
        if (labels.size() < 2 || labels.size() > Math.max(2, all.size() / 2)) {
            throw new IllegalArgumentException(
                    "%s, column %s: must have two labels or more, and most of them more than once; got %d in %d rows, such as \"%s\""
                            .formatted(rows.source(), columns.column(Role.LABEL), labels.size(), all.size(),
                                    labels.getFirst()));
        }
        return labels;
    }

    List<String> labels() {
        return labels;
    }

    @Override
    public Labelled example(Row row) {
        int label = labels.indexOf(columns.of(row, Role.LABEL));
        if (label < 0) {
            throw row.wrong(columns.column(Role.LABEL), "one of the labels to learn from, " + labels);
        }
        return new Labelled(encoder.tokens(columns.of(row, Role.TEXT)), label);
    }

    @Override
    public int maxTokens() {
        return encoder.maxTokens();
    }

    @Override
    public String untunedName() {
        return "frozen encoder, logistic regression";
    }

    @Override
    public Measured<Labelled> untuned(Split<Labelled> split, long seed, Listener listener) {
        Classifier head = Classifier.of(frozen, labels);
        Classifier model = balanced ? head.balanced(split.train()) : head;
        FineTuning.head(seed).run(model, split.train(), split.held(), listener);
        return model;
    }

    @Override
    public long untunedSteps(int examples) {
        return FineTuning.head(0).steps(examples);
    }

    @Override
    public Measured<Labelled> model(Measured<Labelled> untuned, FineTune.Norm norm, FineTuning tuning)
            throws IOException {
        return ((Classifier) untuned).on(norm.in(source.encoder(), tuning.seed()));
    }

    @Override
    public void save(Measured<Labelled> model, Path folder) throws IOException {
        ((Classifier) model).save(folder);
    }

    @Override
    public List<String> remarks(List<Labelled> examples) {
        Map<Integer, Long> counts =
                examples.stream().collect(Collectors.groupingBy(Labelled::label, Collectors.counting()));
        Map<Object, Integer> known = new HashMap<>();
        long contradictory = examples.stream()
                .filter(e -> !known.computeIfAbsent(e.keys().getFirst(), _ -> e.label()).equals(e.label())).count();
        String labelled = "labels: " + IntStream.range(0, labels.size())
                .mapToObj(i -> labels.get(i) + " " + number(counts.getOrDefault(i, 0L)))
                .collect(Collectors.joining(", "));
        return contradictory == 0 ? List.of(labelled)
                : List.of(labelled, number(contradictory)
                        + " texts stand there before with another label; they are kept, on one side of the split");
    }
}
