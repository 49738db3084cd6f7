package norma.spring;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import norma.embeddings.SentenceEncoder;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.BatchingStrategy;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.embedding.EmbeddingResponseMetadata;

/// A [SentenceEncoder] as Spring AI's `EmbeddingModel`. Documents get the model's prefix of passages, and texts that of queries:
/// vector stores hand over what they keep as documents and what they look for as texts.
///
/// @param encoder is closed with this model
/// @param name of the model, which responses bear
public record NormaEmbeddingModel(SentenceEncoder encoder, String name) implements EmbeddingModel, AutoCloseable {

    /// The vectors of texts that look for documents.
    ///
    /// @throws IllegalArgumentException if the request has options that ask for another model or another number of dimensions
    @Override
    public EmbeddingResponse call(EmbeddingRequest request) {
        requireOwn(request.getOptions());
        List<String> texts = request.getInstructions();
        float[][] vectors = encoder.encodeQueries(texts);
        return new EmbeddingResponse(
                IntStream.range(0, vectors.length).mapToObj(i -> new Embedding(vectors[i], i)).toList(),
                new EmbeddingResponseMetadata(name, new DefaultUsage(tokens(texts), 0)));
    }

    /// Without prefixes, and without the tokens that the tokenizer puts around each text.
    private int tokens(List<String> texts) {
        int around = encoder.tokens("");
        return texts.stream().mapToInt(text -> encoder.tokens(text) - around).sum();
    }

    @Override
    public float[] embed(Document document) {
        return encoder.encodePassages(List.of(text(document)))[0];
    }

    /// The vectors of documents.
    ///
    /// @param batching not used: all documents go through the network together
    @Override
    public List<float[]> embed(List<Document> documents, EmbeddingOptions options, BatchingStrategy batching) {
        requireOwn(options);
        return Arrays.asList(encoder.encodePassages(documents.stream().map(NormaEmbeddingModel::text).toList()));
    }

    private static String text(Document document) {
        if (!document.isText()) {
            throw new IllegalArgumentException("NormaEmbeddingModel: a document must have a text; document %s has none"
                    .formatted(document.getId()));
        }
        return document.getText();
    }

    /// @param options of a request; may be null
    private void requireOwn(EmbeddingOptions options) {
        if (options != null && !(isOrAbsent(name, options.getModel())
                && isOrAbsent(encoder.dimensions(), options.getDimensions()))) {
            throw new IllegalArgumentException(
                    ("NormaEmbeddingModel: this is %s with vectors of %d elements; a request's options ask for model %s and "
                            + "%s elements; leave them out, or load that model")
                            .formatted(name, encoder.dimensions(), options.getModel(), options.getDimensions()));
        }
    }

    private static boolean isOrAbsent(Object own, Object asked) {
        return asked == null || asked.equals(own);
    }

    @Override
    public int dimensions() {
        return encoder.dimensions();
    }

    /// Closes the encoder.
    @Override
    public void close() {
        encoder.close();
    }
}
