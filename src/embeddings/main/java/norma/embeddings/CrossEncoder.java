package norma.embeddings;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import norma.embeddings.huggingface.LoadMode;
import norma.io.CorruptFileException;
import norma.model.BertConfig;
import norma.nn.Context;
import norma.tokenizer.Tokenizer;

/// Says how well passages answer a query. Query and passage go through the network together, which is slower than comparing
/// vectors, and more accurate (Nogueira & Cho 2019, arXiv 1901.04085).
///
/// Many threads may call it at once.
public final class CrossEncoder implements AutoCloseable {
    private final Tokenizer tokenizer;
    private final Inference inference;
    private final int maxTokens;

    private final String prefix;

    CrossEncoder(Pretrained.Classifier model, EncoderSettings settings, Tokenizer tokenizer, Options options) {
        int most = model.bert().config().maxTokens();
        if (options.maxTokens() > most) {
            throw new IllegalArgumentException(
                    "CrossEncoder: this model reads at most %d tokens; got %d".formatted(most, options.maxTokens()));
        }
        this.tokenizer = tokenizer;
        this.maxTokens = options.maxTokens() == 0 ? settings.maxTokens() : options.maxTokens();
        this.prefix = settings.prompts().text();
        this.inference =
                new Inference(model.bert(), options.threads(), stream -> model.head().forward(stream, Context.NONE));
    }

    /// Loads a folder as Hugging Face has them: config.json, model.safetensors with a classification head, tokenizer.json or vocab.txt.
    ///
    /// @throws norma.io.CorruptFileException if its files are not what they must be
    /// @throws IOException if they cannot be read
    public static CrossEncoder load(Path folder) throws IOException {
        return load(folder, Options.DEFAULT);
    }

    /// The same with options, of which the threads and the number of tokens matter.
    public static CrossEncoder load(Path folder, Options options) throws IOException {
        Path network = Modules.network(folder);
        Pretrained.Classifier model = Pretrained.Classifier.folder(network, LoadMode.INFERENCE);
        BertConfig config = model.bert().config();
        EncoderSettings settings = EncoderSettings.ofClassifier(folder, network, config.maxTokens());
        Tokenizer tokenizer = settings.tokenizer();
        int types = Arrays.stream(tokenizer.encodePair("", "", Integer.MAX_VALUE).typeIds()).max().orElse(0) + 1;
        if (config.types() > 0 && types > config.types()) {
            throw new CorruptFileException(network,
                    "must have no more text types in its tokenizer, %d, than in its network, %d; if the network is not told them, say so in tokenizer_config.json: model_input_names without token_type_ids"
                            .formatted(types, config.types()));
        }
        return new CrossEncoder(model, settings, tokenizer, options);
    }

    /// The logits of each pair of the query and a passage, one for each of the model's labels.
    public float[][] logits(String query, List<String> passages) {
        return inference.run(inference.parallel(passages.size(), Inference.TEXTS,
                i -> tokenizer.encodePair(prefix + query, passages.get(i), maxTokens)));
    }

    /// How well each passage answers the query, the larger the better. With one label its logit; with several that of the last one,
    /// which in two says yes.
    public float[] scores(String query, List<String> passages) {
        float[][] logits = logits(query, passages);
        float[] scores = new float[logits.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = logits[i][logits[i].length - 1];
        }
        return scores;
    }

    /// Ends its threads. Calls under way come to their end; later ones throw `IllegalStateException`.
    @Override
    public void close() {
        inference.close();
    }
}
