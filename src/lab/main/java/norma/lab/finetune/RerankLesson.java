package norma.lab.finetune;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import norma.embeddings.Options;
import norma.embeddings.SentenceEncoder;
import norma.embeddings.TrainableCrossEncoder;
import norma.embeddings.Vectors;
import norma.embeddings.finetuning.Example.Judged;
import norma.embeddings.finetuning.FineTuning;
import norma.embeddings.finetuning.Measured;
import norma.embeddings.finetuning.RerankLoss;
import norma.embeddings.finetuning.Split;
import norma.lab.finetune.Rows.Row;
import norma.nn.ParameterTree;
import norma.tensor.Tensor;
import norma.train.Listener;

/// How well passages answer queries. A model that reads pairs already is measured as it is; else the encoder is, by the cosine of a
/// query's and a passage's vector, before a new head reads both together.
final class RerankLesson implements Lesson<Judged> {
    private final Source source;
    private final Columns columns;
    private final Scores scores;
    private final boolean readsPairs;
    private final TrainableCrossEncoder tokenizer;
    private final Map<Judged, String> passages = new IdentityHashMap<>();

    RerankLesson(Source source, Columns columns, Scores scores) throws IOException {
        this.source = source;
        this.columns = columns;
        this.scores = scores;
        this.readsPairs = source.isCrossEncoder();
        this.tokenizer = source.crossEncoder(0);
    }

    @Override
    public Judged example(Row row) {
        String query = columns.of(row, Role.QUERY), passage = columns.of(row, Role.PASSAGE);
        var example = new Judged(query, tokenizer.tokens(query, passage), scores.of(row));
        passages.put(example, passage);
        return example;
    }

    @Override
    public int maxTokens() {
        return tokenizer.maxTokens();
    }

    @Override
    public String untunedName() {
        return readsPairs ? "untuned cross encoder" : "untuned encoder, cosine";
    }

    @Override
    public Measured<Judged> untuned(Split<Judged> split, long seed, Listener listener) {
        return readsPairs ? new RerankLoss(tokenizer) : new Cosines();
    }

    /// The cosine of the vectors of query and passage, which has nothing to learn.
    private final class Cosines implements Measured<Judged> {
        @Override
        public SequencedMap<String, Double> measure(List<Judged> examples) {
            try (SentenceEncoder encoder = source.encoder().encoder(Options.DEFAULT)) {
                float[][] a = encoder.encodeQueries(examples.stream().map(Judged::query).toList());
                float[][] b = encoder.encodePassages(examples.stream().map(passages::get).toList());
                double[] cosines = new double[a.length];
                for (int i = 0; i < a.length; i++) {
                    cosines[i] = Vectors.cosine(a[i], b[i]);
                }
                return RerankLoss.measure(examples, cosines);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Tensor loss(List<Judged> batch) {
            throw new UnsupportedOperationException("cosines of vectors have no loss here");
        }

        @Override
        public void register(ParameterTree tree) {
            // nothing learns
        }
    }

    @Override
    public boolean allows(FineTune.Norm norm) {
        return norm == FineTune.Norm.LAYER_NORM;
    }

    @Override
    public Measured<Judged> model(Measured<Judged> untuned, FineTune.Norm norm, FineTuning tuning) throws IOException {
        return new RerankLoss(source.crossEncoder(tuning.seed()));
    }

    @Override
    public void save(Measured<Judged> model, Path folder) throws IOException {
        ((RerankLoss) model).encoder().save(folder);
    }

    @Override
    public List<String> remarks(List<Judged> examples) {
        return List.of(scores.toString());
    }
}
