package norma.lab.finetune;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import norma.embeddings.TrainableEncoder;
import norma.embeddings.finetuning.CosineLoss;
import norma.embeddings.finetuning.Example.Scored;
import norma.embeddings.finetuning.FineTuning;
import norma.embeddings.finetuning.Measured;
import norma.embeddings.finetuning.Split;
import norma.lab.finetune.Rows.Row;
import norma.train.Listener;

/// How alike two texts are.
final class ScoreLesson implements Lesson<Scored> {
    private final Source source;
    private final Columns columns;
    private final Scores scores;
    private final TrainableEncoder encoder;

    ScoreLesson(Source source, Columns columns, Scores scores) throws IOException {
        this.source = source;
        this.columns = columns;
        this.scores = scores;
        this.encoder = source.encoder();
    }

    @Override
    public Scored example(Row row) {
        return new Scored(encoder.tokens(columns.of(row, Role.FIRST)), encoder.tokens(columns.of(row, Role.SECOND)),
                scores.of(row));
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
    public Measured<Scored> untuned(Split<Scored> split, long seed, Listener listener) {
        return new CosineLoss(encoder);
    }

    @Override
    public Measured<Scored> model(Measured<Scored> untuned, FineTune.Norm norm, FineTuning tuning) throws IOException {
        return new CosineLoss(norm.in(source.encoder(), tuning.seed()));
    }

    @Override
    public void save(Measured<Scored> model, Path folder) throws IOException {
        ((TrainableEncoder) ((CosineLoss) model).encoder()).save(folder);
    }

    @Override
    public List<String> remarks(List<Scored> examples) {
        return List.of(scores.toString());
    }
}
