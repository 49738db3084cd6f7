package norma.spring;

import java.util.List;
import java.util.Optional;
import norma.embeddings.Options;
import norma.embeddings.Pooling;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// The properties `norma.embedding.*`. What is not said is as the model's own files say it.
///
/// @param model a folder, an ONNX file with its tokenizer.json beside it, or the name of a model on the class path, such as
///        all-minilm-l6-v2
/// @param pooling of the tokens' vectors; an ONNX file does not say it
/// @param maxTokens longer texts are cut
/// @param dimensions how many of a vector's first elements are kept
/// @param threads that share the work of a call; one for each processor if nothing is said
/// @param queryPrefix put in front of texts, which look for documents
/// @param passagePrefix put in front of documents
@ConfigurationProperties(value = NormaEmbeddingProperties.PREFIX, ignoreUnknownFields = false)
public record NormaEmbeddingProperties(@DefaultValue("") String model, @DefaultValue List<Pooling> pooling,
        int maxTokens, int dimensions, int threads, Optional<String> queryPrefix, Optional<String> passagePrefix) {

    static final String PREFIX = "norma.embedding";

    /// Spring Boot gives null for a property that is not there.
    public NormaEmbeddingProperties {
        queryPrefix = queryPrefix == null ? Optional.empty() : queryPrefix;
        passagePrefix = passagePrefix == null ? Optional.empty() : passagePrefix;
    }

    Options options() {
        Options byDefault = Options.DEFAULT;
        return new Options(threads == 0 ? byDefault.threads() : threads, maxTokens, pooling, dimensions,
                byDefault.unit(), queryPrefix, passagePrefix);
    }
}
