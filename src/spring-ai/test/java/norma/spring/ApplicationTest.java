package norma.spring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import norma.embeddings.Options;
import norma.embeddings.Pooling;
import norma.embeddings.SentenceEncoder;
import org.junit.jupiter.api.Test;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.SimpleVectorStore;
import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalysisReporter;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/// A Spring Boot application with nothing of Norma but its dependency and its properties.
class ApplicationTest {
    private static final String MINILM = "--norma.embedding.model=all-minilm-l6-v2";
    private static final Path FILE =
            Path.of("../embeddings/test/resources/norma/embeddings/cases/onnx-half/model.onnx");
    private static final String SMALL = "--norma.embedding.model=" + FILE;
    private static final String MEAN = "--norma.embedding.pooling=mean";
    private static final List<String> NOTES = List.of("The invoice must be paid by Friday.",
            "Our office is closed on public holidays.", "Reset your password on the login page.");

    /// An application that searches.
    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Application {
        @Bean
        VectorStore store(EmbeddingModel model) {
            return SimpleVectorStore.builder(model).build();
        }
    }

    /// An application that brings its own model.
    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class OtherApplication {
        @Bean
        EmbeddingModel own() throws IOException {
            return new NormaEmbeddingModel(small(), "own");
        }
    }

    /// Nobody wants a model here.
    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class PlainApplication {
    }

    /// Keeps what Spring Boot would print of a failed start.
    static final class Reporter implements FailureAnalysisReporter {
        private static FailureAnalysis last;

        @Override
        public void report(FailureAnalysis analysis) {
            last = analysis;
        }
    }

    private static SentenceEncoder small() throws IOException {
        return SentenceEncoder.load(FILE, Options.DEFAULT.pooling(Pooling.MEAN));
    }

    private static ConfigurableApplicationContext start(Class<?> application, String... properties) {
        var spring = new SpringApplication(application);
        spring.setBannerMode(Banner.Mode.OFF);
        return spring.run(properties);
    }

    private static FailureAnalysis failure(String... properties) {
        Reporter.last = null;
        assertThrows(Exception.class, () -> start(PlainApplication.class, properties).close());
        return Reporter.last;
    }

    @Test
    void aVectorStoreFindsWhatIsMeant() {
        try (var context = start(Application.class, MINILM)) {
            VectorStore store = context.getBean(VectorStore.class);
            store.add(NOTES.stream().map(Document::new).toList());
            List<Document> found = store.similaritySearch(
                    SearchRequest.builder().query("How long do I have to send the money?").topK(1).build());
            assertEquals(List.of(NOTES.getFirst()), found.stream().map(Document::getText).toList());
        }
    }

    @Test
    void propertiesAreTheEncodersOptions() {
        try (var context = start(PlainApplication.class, MINILM, "--norma.embedding.pooling=cls,mean",
                "--norma.embedding.max-tokens=32", "--norma.embedding.dimensions=100", "--norma.embedding.threads=1",
                "--norma.embedding.query-prefix=query:", "--norma.embedding.passage-prefix=")) {
            NormaEmbeddingModel model = context.getBean(NormaEmbeddingModel.class);
            assertEquals(Options.DEFAULT.pooling(Pooling.CLS, Pooling.MEAN).maxTokens(32).dimensions(100).threads(1)
                    .prefixes("query:", ""), model.encoder().options());
            assertEquals("all-minilm-l6-v2", model.name());
        }
    }

    @Test
    void theModelIsClosedWithTheApplication() {
        EmbeddingModel model;
        try (var context = start(PlainApplication.class, SMALL, MEAN)) {
            model = context.getBean(EmbeddingModel.class);
            assertEquals(model.dimensions(), model.embed("a text").length);
        }
        assertTrue(assertThrows(IllegalStateException.class, () -> model.embed("a text")).getMessage()
                .contains("closed"));
    }

    @Test
    void anotherModelIsLeftAlone() {
        try (var context = start(OtherApplication.class, SMALL, MEAN)) {
            assertEquals("own", context.getBean(NormaEmbeddingModel.class).name());
        }
        try (var context = start(PlainApplication.class, "--spring.ai.model.embedding=other")) {
            assertEquals(0, context.getBeanNamesForType(EmbeddingModel.class).length);
        }
        try (var context = start(PlainApplication.class, "--spring.ai.model.embedding=norma", SMALL, MEAN)) {
            assertEquals(1, context.getBeanNamesForType(EmbeddingModel.class).length);
        }
    }

    @Test
    void aModelMayBeAFile() throws IOException {
        FailureAnalysis failure = failure(SMALL);
        assertTrue(failure.getDescription().contains("must say how to pool"), failure.getDescription());
        assertTrue(failure.getAction().contains("norma.embedding.pooling=mean"), failure.getAction());
        try (var context = start(PlainApplication.class, SMALL, MEAN); var encoder = small()) {
            assertArrayEquals(encoder.encode("a text"), context.getBean(EmbeddingModel.class).embed("a text"));
        }
    }

    @Test
    void mistakesAreTold() {
        Stream.of(failure(), failure("--norma.embedding.model="))
                .forEach(failure -> assertTrue(failure.getDescription().contains("norma.embedding.model must name"),
                        failure.getDescription()));
        assertTrue(failure("--norma.embedding.model=none").getDescription()
                .contains("none.onnx: must be on the class path"));
        assertTrue(failure(MINILM, "--norma.embedding.threads=-1").getDescription()
                .contains("threads must be at least 1"));
        assertTrue(
                failure(MINILM, "--norma.embedding.poling=mean").getDescription().contains("norma.embedding.poling"));
        assertTrue(
                failure(MINILM, "--norma.embedding.pooling=most").getDescription().contains("norma.embedding.pooling"));
    }
}
