package norma.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingInputType;
import dev.langchain4j.model.embedding.request.EmbeddingParameter;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.output.TokenUsage;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import norma.embeddings.SentenceEncoder;

/// A [SentenceEncoder] as langchain4j's `EmbeddingModel`. All texts of a request go through the network together. A request may
/// say that its texts are queries or documents; then they get the model's prefix.
///
/// @param encoder may be used by others too; it is closed with this model, if anybody closes that
public record NormaEmbeddingModel(SentenceEncoder encoder) implements EmbeddingModel, AutoCloseable {

    @Override
    public EmbeddingResponse doEmbed(EmbeddingRequest request) {
        List<String> texts = request.inputs().stream().map(EmbeddingInput::text).toList();
        return EmbeddingResponse.builder()
                .embeddings(Arrays.stream(vectors(texts, request.inputType())).map(Embedding::from).toList())
                .tokenUsage(new TokenUsage(tokens(texts))).build();
    }

    /// As langchain4j counts them: without prefixes, and without the tokens that the tokenizer puts around each text.
    private int tokens(List<String> texts) {
        int around = encoder.tokens("");
        return texts.stream().mapToInt(text -> encoder.tokens(text) - around).sum();
    }

    private float[][] vectors(List<String> texts, EmbeddingInputType type) {
        return switch (type) {
            case null -> encoder.encode(texts);
            case QUERY -> encoder.encodeQueries(texts);
            case DOCUMENT -> encoder.encodePassages(texts);
        };
    }

    @Override
    public Set<EmbeddingParameter<?>> supportedParameters() {
        return Set.of(EmbeddingRequestParameters.INPUT_TYPE);
    }

    @Override
    public int dimension() {
        return encoder.dimensions();
    }

    /// Closes the encoder. Calls under way come to their end; later ones throw `IllegalStateException`.
    @Override
    public void close() {
        encoder.close();
    }
}
