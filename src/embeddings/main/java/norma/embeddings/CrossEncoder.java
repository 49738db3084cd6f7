package norma.embeddings;

import java.util.List;
import norma.embeddings.Inference.Tokens;
import norma.nn.Context;

/// Says how well each of some passages answers a query: query and passage go through the network together, which is slower than
/// comparing vectors and tells more (Nogueira & Cho 2019, arXiv 1901.04085).
///
/// May be asked by many threads at once.
public final class CrossEncoder implements AutoCloseable {
    private final Tokenization tokenization;
    private final Inference inference;
    private final int maxTokens;

    CrossEncoder(Pretrained.Classifier model, Tokenization tokenization, Options options) {
        int most = model.bert().config().maxTokens();
        if (options.maxTokens() > most) {
            throw new IllegalArgumentException(
                    "CrossEncoder: this model reads at most %d tokens; got %d".formatted(most, options.maxTokens()));
        }
        this.tokenization = tokenization;
        this.maxTokens = options.maxTokens() == 0 ? most : options.maxTokens();
        this.inference =
                new Inference(model.bert(), options.threads(), stream -> model.head().forward(stream, Context.NONE));
    }

    /// The logits of each pair of the query and a passage, one for each of the model's labels.
    public float[][] logits(String query, List<String> passages) {
        inference.requireOpen();
        List<Tokens> pairs = passages.stream().map(passage -> tokenization.of(query, passage, maxTokens)).toList();
        return inference.run(pairs);
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
