package norma.lab.finetune;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import norma.embeddings.TrainableEncoder;
import norma.embeddings.finetuning.Classifier;
import norma.embeddings.finetuning.Example.Labelled;
import norma.embeddings.finetuning.FineTuning;
import norma.embeddings.finetuning.FrozenEncoder;
import norma.lab.console.Progress;
import norma.nn.Init;
import norma.nn.ParameterTree;
import norma.train.Listener;

/// Trains heads and whole encoders on labelled texts, and measures their accuracy.
final class FineTuneTrials {
    private static final String FROZEN = "frozen, head only";

    /// One training.
    ///
    /// @param arm which norms learn, or that none does
    /// @param parameters numbers that learn
    /// @param accuracy share of the test that is right
    /// @param trainAccuracy share of what it learned from
    /// @param seconds of the training
    record Result(String arm, long seed, long parameters, double accuracy, double trainAccuracy, double seconds) {
    }

    /// Reads the pretrained model again, since learning changes it.
    interface Source {
        TrainableEncoder load() throws IOException;
    }

    private final Source source;
    private final FrozenEncoder frozen;
    private final List<Labelled> train;
    private final List<Labelled> test;
    private final int labels;
    private final Progress progress;
    private final Consumer<Result> listener;
    private final List<Result> done = new ArrayList<>();

    private FineTuneTrials(Source source, TrainableEncoder encoder, LabelledTexts texts, Progress progress,
            Consumer<Result> listener) {
        this.source = source;
        this.frozen = new FrozenEncoder(encoder);
        this.train = tokens(encoder, texts.train());
        this.test = tokens(encoder, texts.test());
        this.labels = texts.labels();
        this.progress = progress;
        this.listener = listener;
    }

    /// @param progress advances by one for each step
    /// @param listener is told of each training that is done
    static FineTuneTrials of(Source source, LabelledTexts texts, Progress progress, Consumer<Result> listener)
            throws IOException {
        return new FineTuneTrials(source, source.load(), texts, progress, listener);
    }

    private static List<Labelled> tokens(TrainableEncoder encoder, List<LabelledTexts.Item> texts) {
        return texts.stream().map(item -> new Labelled(encoder.tokens(item.text()), item.label())).toList();
    }

    /// A head on the encoder as it is.
    Classifier probe(long seed) {
        return trained(FROZEN, Classifier.of(frozen, labels), FineTuning.head(seed));
    }

    /// All of the encoder, from that head on.
    Classifier tune(Classifier probe, FineTune.Norm norm, FineTuning tuning) throws IOException {
        TrainableEncoder encoder = source.load();
        return trained(norm.toString(), probe.on(switch (norm) {
            case LAYER_NORM -> encoder;
            case ADAPTIVE -> encoder.withAdaptiveNorms(new Init(tuning.seed()));
        }), tuning);
    }

    private Classifier trained(String arm, Classifier model, FineTuning tuning) {
        progress.note("seed %d, %s".formatted(tuning.seed(), arm));
        long start = System.nanoTime();
        tuning.run(model, train, new Listener() {
            @Override
            public void step(Step step) {
                progress.step();
            }
        });
        double seconds = (System.nanoTime() - start) / 1e9;
        done.add(new Result(arm, tuning.seed(), ParameterTree.of(model).size(), model.accuracy(test),
                model.accuracy(train),
                seconds));
        listener.accept(done.getLast());
        return model;
    }

    /// All trainings so far.
    List<Result> done() {
        return done;
    }
}
