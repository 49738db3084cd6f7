package norma.embeddings;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import norma.embeddings.huggingface.BertFormat;
import norma.embeddings.huggingface.HeadWeights;
import norma.embeddings.huggingface.LoadMode;
import norma.model.Bert;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.tensor.Tensor;
import norma.tokenizer.Encoding;

/// A network that reads a query and a passage together, whose parameters can be trained, as `norma.embeddings.finetuning` does.
///
/// ```java
/// TrainableCrossEncoder encoder = TrainableCrossEncoder.of(TrainableEncoder.load("all-minilm-l6-v2"), 1, new Init(1));
/// FineTuning.whole(1).run(new RerankLoss(encoder), examples, Listener.SILENT);
/// encoder.save(folder);
/// ```
public final class TrainableCrossEncoder implements Parameterized {
    private final Pretrained.Classifier model;
    private final TokenizerFiles tokenizer;
    private final int maxTokens;

    private TrainableCrossEncoder(Pretrained.Classifier model, TokenizerFiles tokenizer, int maxTokens) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.maxTokens = maxTokens;
    }

    /// Loads a folder that [CrossEncoder#load(Path)] reads, with the head that it has.
    public static TrainableCrossEncoder load(Path folder) throws IOException {
        Path network = Modules.network(folder);
        Pretrained.Classifier model = Pretrained.Classifier.folder(network, LoadMode.TRAINING);
        EncoderSettings settings = EncoderSettings.ofClassifier(folder, network, model.bert().config().maxTokens());
        requirePlain(settings);
        return new TrainableCrossEncoder(model, TokenizerFiles.read(settings), settings.maxTokens());
    }

    /// A new head on the network of a pretrained encoder, in the place of its pooling, with the first values that transformers gives
    /// one: BERT's pooler and its output are N(0, 0.02^2), for example, with biases of 0. The network is the encoder's own and learns
    /// with it.
    ///
    /// @param labels one for a reranker
    /// @param init of the head
    /// @throws IllegalArgumentException if the encoder has what a folder of a cross encoder can't say: adaptive norms, texts in
    ///         small letters in front of the tokenizer, a tokenizer that cuts the beginning of a text
    public static TrainableCrossEncoder of(TrainableEncoder encoder, int labels, Init init) {
        Pretrained from = encoder.model();
        requirePlain(from.settings());
        BertFormat format = from.format().orElseThrow();
        if (labels < 1 || format.adaptive() || !encoder.tokenizer().cutsEnd()) {
            throw new IllegalArgumentException(
                    "TrainableCrossEncoder: must have a label or more, layer norms, and a tokenizer that cuts the end of a text; got %d labels, %s"
                            .formatted(labels, format.adaptive() ? "adaptive norms"
                                    : "model_type " + format.config().get("model_type")));
        }
        Pretrained.Classifier model = withHead(from.bert(), format, labels, init);
        return new TrainableCrossEncoder(model, encoder.tokenizer(), from.settings().maxTokens());
    }

    private static Pretrained.Classifier withHead(Bert bert, BertFormat format, int labels, Init init) {
        try {
            return Pretrained.Classifier.of(bert, format, labels, HeadWeights.fresh(init));
        } catch (IOException e) {
            throw new IllegalArgumentException("TrainableCrossEncoder: " + e.getMessage(), e);
        }
    }

    private static void requirePlain(EncoderSettings settings) {
        if (settings.lowercase() || !settings.prompts().text().isEmpty()) {
            throw new IllegalArgumentException(
                    "TrainableCrossEncoder: nothing must stand in front of the tokenizer; the model has %s".formatted(
                            settings.lowercase() ? "do_lower_case in sentence_bert_config.json"
                                    : "a default prompt \"" + settings.prompts().text() + "\""));
        }
    }

    /// After how many tokens a pair is cut.
    public int maxTokens() {
        return maxTokens;
    }

    /// The same parameters for pairs that are cut after so many tokens.
    public TrainableCrossEncoder maxTokens(int maxTokens) {
        int most = model.bert().config().maxTokens();
        if (maxTokens < 1 || maxTokens > most) {
            throw new IllegalArgumentException(
                    "TrainableCrossEncoder: maxTokens must be 1 to %d, which the model can read; got %d".formatted(most,
                            maxTokens));
        }
        return new TrainableCrossEncoder(model, tokenizer, maxTokens);
    }

    /// A query and a passage as the model reads them; the longer one is cut first.
    public Encoding tokens(String query, String passage) {
        return tokenizer.tokenizer().encodePair(query, passage, maxTokens);
    }

    /// The logits of pairs, (B, labels).
    public Tensor forward(List<Encoding> pairs) {
        var batch = PackedBatch.of(pairs);
        return batch.each(model.bert().forward(batch.ids(), batch.types(), batch.context()),
                stream -> model.head().forward(stream, Context.NONE));
    }

    /// How many labels the head has.
    public int labels() {
        return model.head().output().weight().shape().dim(0);
    }

    /// Writes a folder as transformers writes a model for sequence classification, which its `AutoModelForSequenceClassification`,
    /// the `CrossEncoder` of sentence-transformers and [CrossEncoder#load(Path)] read.
    public void save(Path folder) throws IOException {
        EncoderWriter.write(folder, model, IntStream.range(0, labels()).mapToObj(label -> "LABEL_" + label).toList());
        tokenizer.maxTokens(maxTokens).save(folder);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("bert", model.bert()).add("head", model.head());
    }
}
