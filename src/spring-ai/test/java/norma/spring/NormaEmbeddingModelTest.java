package norma.spring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import norma.embeddings.Options;
import norma.embeddings.SentenceEncoder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.ai.content.Media;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.embedding.TokenCountBatchingStrategy;
import org.springframework.util.MimeTypeUtils;

/// What Spring AI gets is what [SentenceEncoder] says.
class NormaEmbeddingModelTest {
    private static final List<String> TEXTS =
            List.of("a first sentence", "another one", "and a third one, which is longer");
    private static final EmbeddingOptions NOTHING = EmbeddingOptions.builder().build();

    private static SentenceEncoder encoder;
    private static EmbeddingModel model;

    @BeforeAll
    static void load() throws IOException {
        encoder = SentenceEncoder.load("all-minilm-l6-v2", Options.DEFAULT.threads(2).prefixes("query: ", "passage: "));
        model = new NormaEmbeddingModel(encoder, "minilm");
    }

    @AfterAll
    static void close() {
        encoder.close();
    }

    private static float[][] array(List<float[]> vectors) {
        return vectors.toArray(float[][]::new);
    }

    @Test
    void textsAreQueries() {
        assertArrayEquals(encoder.encodeQueries(TEXTS), array(model.embed(TEXTS)));
        assertArrayEquals(encoder.encodeQuery(TEXTS.get(1)), model.embed(TEXTS.get(1)));
        assertFalse(Arrays.equals(encoder.encode(TEXTS.get(1)), model.embed(TEXTS.get(1))));
    }

    @Test
    void documentsArePassages() {
        List<Document> documents = TEXTS.stream().map(text -> new Document(text, Map.of("page", 7))).toList();
        float[][] expected = encoder.encodePassages(TEXTS);
        assertArrayEquals(expected, array(model.embed(documents, NOTHING, new TokenCountBatchingStrategy())));
        assertArrayEquals(expected[2], model.embed(documents.get(2)));
    }

    @Test
    void aResponseSaysWhoseItIsAndWhatItTook() {
        EmbeddingResponse response = model.embedForResponse(TEXTS);
        assertEquals(List.of(0, 1, 2), response.getResults().stream().map(Embedding::getIndex).toList());
        assertEquals("minilm", response.getMetadata().getModel());
        assertEquals(3 + 2 + 8, response.getMetadata().getUsage().getPromptTokens());
        assertEquals(3 + 2 + 8, response.getMetadata().getUsage().getTotalTokens());
        assertEquals(384, model.dimensions());
        assertEquals(List.of(), model.embedForResponse(List.of()).getResults());
    }

    @Test
    void whatAModelIsNotIsRefused() {
        for (EmbeddingOptions other : List.of(EmbeddingOptions.builder().dimensions(128).build(),
                EmbeddingOptions.builder().model("e5").build())) {
            var request = new EmbeddingRequest(TEXTS, other);
            assertTrue(assertThrows(IllegalArgumentException.class, () -> model.call(request)).getMessage()
                    .startsWith("NormaEmbeddingModel: this is minilm with vectors of 384 elements"));
        }
        var same = EmbeddingOptions.builder().model("minilm").dimensions(384).build();
        assertEquals(3, model.call(new EmbeddingRequest(TEXTS, same)).getResults().size());
        var picture = new Document(new Media(MimeTypeUtils.IMAGE_PNG, URI.create("file:picture.png")), Map.of());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> model.embed(picture)).getMessage()
                .contains("must have a text"));
    }
}
