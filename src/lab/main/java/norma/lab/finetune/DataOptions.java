package norma.lab.finetune;

import static norma.lab.console.Figures.number;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options that say what is learned from what.
final class DataOptions {
    /// Of WordNet's definitions, if nobody says otherwise.
    private static final int WORDNET_ROWS = 4000;

    @Option(names = "--data", paramLabel = "FILE|NAME", required = true,
            description = "Rows to learn from: a file .tsv or .csv with a line of names, or .jsonl with an object a line; "
                    + "or a set that the command knows: sentiment (npm's sentiment@5.0.2, in node_modules or in the folder "
                    + "that stands here), wordnet.")
    private String data;

    @Option(names = "--task", paramLabel = "TASK",
            description = "One of ${COMPLETION-CANDIDATES} (default: the first one that the columns are enough for).")
    private Task task;

    @Mixin
    private ColumnOptions columns;

    @Option(names = "--validation", paramLabel = "SHARE|FILE", defaultValue = "0.1",
            description = "What the best epoch is chosen by: a share of the rows, or a file of its own (default: ${DEFAULT-VALUE}).")
    private String validation;

    @Option(names = "--test", paramLabel = "SHARE|FILE", defaultValue = "0.1",
            description = "What the table is measured on: a share of the rows, or a file of its own (default: ${DEFAULT-VALUE}; "
                    + "sentiment and wordnet have a test).")
    private String test;

    @Option(names = "--examples", paramLabel = "N",
            description = "Learn from so many of the rows at most, the first ones (default: all; of wordnet 4,000).")
    private Integer examples;

    @Option(names = "--score-range", paramLabel = "LOW,HIGH",
            description = "Scores that become 0 and 1 (default: 0,1 if all lie there, else the least and the largest one).")
    private String scoreRange;

    @Option(names = "--class-weights", paramLabel = "HOW", defaultValue = "none",
            description = "balanced: each label contributes as much to the loss, however many rows it has; or none "
                    + "(default: ${DEFAULT-VALUE}).")
    private ClassWeights weights;

    /// How much the examples of a label weigh.
    enum ClassWeights {
        NONE, BALANCED
    }

    /// Rows in parts; a part that isn't a file of its own is a share of those to learn from.
    ///
    /// @param learn to learn from, cleaned
    /// @param validation if they stand apart
    /// @param test if they stand apart
    record Parts(Columns columns, Rows learn, Optional<Rows> validation, Optional<Rows> test) {
    }

    /// Reads what the options say.
    ///
    /// @param told what was found, guessed and left out
    Parts read(Consumer<String> told) throws IOException {
        if (examples != null && examples < 1) {
            throw new IllegalArgumentException("--examples must be positive; got " + examples);
        }
        Optional<Preset> preset = preset();
        Rows all = preset.isPresent() ? preset.get().learn() : Rows.read(Path.of(data), told);
        told.accept("%s: %s rows with the columns %s".formatted(all.source(), number(all.rows().size()),
                all.columns()));
        Columns found = Columns.find(all, Optional.ofNullable(task), columns.named());
        told.accept("task %s: %s".formatted(found.task(), found));
        return new Parts(found, Cleaning.of(limited(all, told), found, told), part(validation, found, told),
                preset.isPresent() ? Optional.of(Cleaning.of(preset.get().test(), found, told))
                        : part(test, found, told));
    }

    private Optional<Preset> preset() throws IOException {
        if (data.equals(Preset.WORDNET)) {
            return Optional.of(Preset.wordNet());
        }
        boolean named = data.equals(Preset.SENTIMENT);
        return named || Files.isDirectory(Path.of(data))
                ? Optional.of(Preset.sentiment(named ? Path.of("node_modules/sentiment") : Path.of(data)))
                : Optional.empty();
    }

    private Rows limited(Rows rows, Consumer<String> told) {
        int all = rows.rows().size();
        int most = Math.min(all, examples != null ? examples : data.equals(Preset.WORDNET) ? WORDNET_ROWS : all);
        if (most < all) {
            told.accept("of these rows the first %s; --examples changes it".formatted(number(most)));
        }
        return new Rows(rows.source(), rows.columns(), rows.rows().subList(0, most));
    }

    private Optional<Rows> part(String said, Columns found, Consumer<String> told) throws IOException {
        if (share(said).isPresent()) {
            return Optional.empty();
        }
        Rows rows = Rows.read(Path.of(said), told);
        for (String column : found.names().values()) {
            if (!rows.columns().contains(column)) {
                throw new IllegalArgumentException("%s: must have the columns to learn from, %s; it has %s"
                        .formatted(rows.source(), found.names().values(), rows.columns()));
            }
        }
        return Optional.of(Cleaning.of(rows, found, told));
    }

    private static Optional<Double> share(String said) {
        double share;
        try {
            share = Double.parseDouble(said);
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
        if (!(share > 0 && share < 1)) {
            throw new IllegalArgumentException(
                    "--validation and --test must be a share between 0 and 1, such as 0.1, or a file; got " + said);
        }
        return Optional.of(share);
    }

    /// The share of the rows that is for validation, if no file is.
    double validationShare() {
        return share(validation).orElse(0.0);
    }

    /// The share of the rows that is for the test, if no file is.
    double testShare() {
        return share(test).orElse(0.0);
    }

    /// How the rows become examples.
    Lesson<?> lesson(Parts parts, Source source) throws IOException {
        Columns found = parts.columns();
        boolean balanced = weights == ClassWeights.BALANCED;
        if (balanced && found.task() != Task.CLASSIFY || scoreRange != null && !found.has(Role.SCORE)) {
            throw new IllegalArgumentException(
                    "--class-weights are for classify, and --score-range for score and rerank; the task is "
                            + found.task());
        }
        return switch (found.task()) {
            case CLASSIFY -> new ClassifyLesson(source, found, ClassifyLesson.labels(parts.learn(), found), balanced);
            case CONTRAST -> new ContrastLesson(source, found);
            case SCORE -> new ScoreLesson(source, found, scores(parts));
            case RERANK -> new RerankLesson(source, found, scores(parts));
        };
    }

    private Scores scores(Parts parts) {
        String column = parts.columns().column(Role.SCORE);
        return scoreRange == null ? Scores.of(column, parts.learn()) : Scores.of(column, scoreRange);
    }
}
