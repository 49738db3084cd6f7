package norma.langchain4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.AbstractInProcessEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInputType;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.spi.ServiceHelper;
import dev.langchain4j.spi.model.embedding.EmbeddingModelFactory;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import norma.embeddings.Options;
import norma.embeddings.SentenceEncoder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What langchain4j gets is what [SentenceEncoder] says.
class EmbeddingModelTest {
    private static final List<String> TEXTS =
            List.of("a first sentence", "another one", "and a third one, which is longer");

    private static SentenceEncoder encoder;

    @BeforeAll
    static void load() throws IOException {
        encoder = SentenceEncoder.load("all-minilm-l6-v2", Options.DEFAULT.threads(2).prefixes("query: ", "passage: "));
    }

    @AfterAll
    static void close() {
        encoder.close();
    }

    private static float[][] vectors(List<Embedding> embeddings) {
        return embeddings.stream().map(Embedding::vector).toArray(float[][]::new);
    }

    @Test
    void theModelJarsFactoryMakesAModelOfOurs() {
        Collection<EmbeddingModelFactory> factories = ServiceHelper.loadFactories(EmbeddingModelFactory.class);
        assertEquals(1, factories.size());
        EmbeddingModel model = factories.iterator().next().create();
        assertSame(AbstractInProcessEmbeddingModel.class, model.getClass().getSuperclass());
        assertSame(NormaEmbeddingModel.class.getModule(), AbstractInProcessEmbeddingModel.class.getModule());
        assertEquals(384, model.dimension());
        assertArrayEquals(encoder.encode(TEXTS),
                vectors(model.embedAll(TEXTS.stream().map(TextSegment::from).toList()).content()));
        assertArrayEquals(encoder.encode(TEXTS.get(1)), model.embed(TEXTS.get(1)).content().vector());
    }

    @Test
    void aModelOfOnesOwn() {
        EmbeddingModel model = new NormaEmbeddingModel(encoder);
        assertEquals(encoder.dimensions(), model.dimension());
        assertArrayEquals(encoder.encode(TEXTS),
                vectors(model.embedAll(TEXTS.stream().map(TextSegment::from).toList()).content()));
        assertEquals(List.of(), model.embedAll(List.of()).content());
    }

    @Test
    void aModelClosesItsEncoder() throws IOException {
        var own = SentenceEncoder.load("all-minilm-l6-v2", Options.DEFAULT.threads(1));
        try (var model = new NormaEmbeddingModel(own)) {
            assertEquals(384, model.embed("a text").content().dimension());
        }
        assertTrue(assertThrows(IllegalStateException.class, () -> own.encode("a text")).getMessage()
                .contains("closed"));
    }

    /// All instances of a model jar's class share what one static field of it holds.
    @Test
    void theModelJarsModelIsClosedWithItsLastInstanceAndLoadedAnew() throws Exception {
        var first = new AllMiniLmL6V2EmbeddingModel();
        var second = new AllMiniLmL6V2EmbeddingModel();
        float[] expected = first.embed("a text").content().vector();
        assertArrayEquals(expected, second.embed("a text").content().vector());
        first.close();
        first.close();
        assertTrue(assertThrows(IllegalStateException.class, () -> first.embed("a text")).getMessage()
                .startsWith("AllMiniLmL6V2EmbeddingModel: is closed"));
        assertArrayEquals(expected, second.embed("a text").content().vector());
        second.close();
        try (var third = new AllMiniLmL6V2EmbeddingModel()) {
            assertArrayEquals(expected, third.embed("a text").content().vector());
        }
    }

    @Test
    void theModelJarsFilesAreFoundWithoutAContextLoader() throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(null);
        try (var model = new AllMiniLmL6V2EmbeddingModel()) {
            assertEquals(384, model.embed("a text").content().dimension());
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void tokensAreCountedWithoutThoseAroundATextAndWithoutPrefixes() {
        EmbeddingModel model = new NormaEmbeddingModel(encoder);
        assertEquals(3, model.embed("a first sentence").tokenUsage().inputTokenCount());
        for (EmbeddingInputType type : EmbeddingInputType.values()) {
            assertEquals(3 + 2 + 8, request(model, type).tokenUsage().inputTokenCount());
        }
    }

    @Test
    void queriesAndDocumentsHaveTheirPrefix() {
        EmbeddingModel model = new NormaEmbeddingModel(encoder);
        float[][] queries = embed(model, EmbeddingInputType.QUERY);
        float[][] documents = embed(model, EmbeddingInputType.DOCUMENT);
        assertArrayEquals(encoder.encodePassages(TEXTS), documents);
        assertArrayEquals(TEXTS.stream().map(encoder::encodeQuery).toArray(float[][]::new), queries);
        assertFalse(Arrays.equals(queries[0], documents[0]));
    }

    private static float[][] embed(EmbeddingModel model, EmbeddingInputType type) {
        return vectors(request(model, type).embeddings());
    }

    private static EmbeddingResponse request(EmbeddingModel model, EmbeddingInputType type) {
        List<TextSegment> segments = TEXTS.stream().map(TextSegment::from).toList();
        return model.embed(EmbeddingRequest.builder().textSegments(segments).inputType(type).build());
    }

    @Test
    void anyTextThatLangchain4jTakesHasAVector() {
        EmbeddingModel model = new NormaEmbeddingModel(encoder);
        Stream.of("a\0b", "\ud800", "🚀", "a".repeat(1 << 20), "word ".repeat(1 << 18))
                .forEach(text -> assertEquals(384, model.embed(text).content().dimension()));
    }
}
