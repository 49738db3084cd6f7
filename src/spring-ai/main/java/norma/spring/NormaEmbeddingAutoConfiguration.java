package norma.spring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import norma.embeddings.SentenceEncoder;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.model.SpringAIModelProperties;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.io.ResourceLoader;

/// Makes the application's `EmbeddingModel` of the properties `norma.embedding.*`, unless the application has one of its own or
/// `spring.ai.model.embedding` names another than `norma`. The model is loaded when the application starts and closed with it.
@AutoConfiguration
@ConditionalOnProperty(name = SpringAIModelProperties.EMBEDDING_MODEL, havingValue = "norma", matchIfMissing = true)
@EnableConfigurationProperties(NormaEmbeddingProperties.class)
public class NormaEmbeddingAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(EmbeddingModel.class)
    NormaEmbeddingModel normaEmbeddingModel(NormaEmbeddingProperties properties, ResourceLoader application) {
        if (properties.model().isBlank()) {
            throw new ModelNotLoadedException("norma.embedding.model must name a model; it is not there");
        }
        try {
            return new NormaEmbeddingModel(encoder(properties, application.getClassLoader()), properties.model());
        } catch (IOException | IllegalArgumentException e) {
            throw new ModelNotLoadedException(
                    "norma.embedding.model=%s can't be loaded: %s".formatted(properties.model(), e.getMessage()), e);
        }
    }

    private static SentenceEncoder encoder(NormaEmbeddingProperties properties, ClassLoader loader)
            throws IOException {
        Path file = Path.of(properties.model());
        return Files.exists(file) ? SentenceEncoder.load(file, properties.options())
                : SentenceEncoder.load(loader, properties.model(), properties.options());
    }
}
