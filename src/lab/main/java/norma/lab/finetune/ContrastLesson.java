package norma.lab.finetune;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import norma.embeddings.TrainableEncoder;
import norma.embeddings.finetuning.ContrastiveLoss;
import norma.embeddings.finetuning.Example.Pair;
import norma.embeddings.finetuning.FineTuning;
import norma.embeddings.finetuning.Measured;
import norma.embeddings.finetuning.Split;
import norma.lab.finetune.Rows.Row;
import norma.tokenizer.Encoding;
import norma.train.Listener;

/// Which texts belong together. Queries and passages get the prompts that the model has for them.
final class ContrastLesson implements Lesson<Pair> {
    private static final float TEMPERATURE = 0.05f;

    private final Source source;
    private final Columns columns;
    private final TrainableEncoder encoder;

    ContrastLesson(Source source, Columns columns) throws IOException {
        this.source = source;
        this.columns = columns;
        this.encoder = source.encoder();
    }

    @Override
    public Pair example(Row row) {
        boolean search = columns.has(Role.QUERY);
        Role first = search ? Role.QUERY : columns.has(Role.ANCHOR) ? Role.ANCHOR : Role.FIRST;
        Role second = columns.has(Role.POSITIVE) ? Role.POSITIVE : search ? Role.PASSAGE : Role.SECOND;
        String text = columns.of(row, first);
        List<Encoding> negatives = columns.has(Role.NEGATIVE) ? List.of(passage(row, Role.NEGATIVE)) : List.of();
        return new Pair(search ? encoder.queryTokens(text) : encoder.tokens(text), passage(row, second), negatives);
    }

    private Encoding passage(Row row, Role role) {
        String text = columns.of(row, role);
        return columns.has(Role.QUERY) ? encoder.passageTokens(text) : encoder.tokens(text);
    }

    @Override
    public int maxTokens() {
        return encoder.maxTokens();
    }

    @Override
    public String untunedName() {
        return "untuned encoder";
    }

    @Override
    public Measured<Pair> untuned(Split<Pair> split, long seed, Listener listener) {
        return new ContrastiveLoss(encoder, TEMPERATURE);
    }

    @Override
    public Measured<Pair> model(Measured<Pair> untuned, FineTune.Norm norm, FineTuning tuning) throws IOException {
        return new ContrastiveLoss(norm.in(source.encoder(), tuning.seed()), TEMPERATURE);
    }

    @Override
    public void save(Measured<Pair> model, Path folder) throws IOException {
        ((TrainableEncoder) ((ContrastiveLoss) model).encoder()).save(folder);
    }
}
