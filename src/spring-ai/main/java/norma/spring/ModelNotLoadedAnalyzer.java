package norma.spring;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/// What Spring Boot prints instead of a stack trace where a model can't be loaded: which properties to write.
final class ModelNotLoadedAnalyzer extends AbstractFailureAnalyzer<ModelNotLoadedException> {

    @Override
    protected FailureAnalysis analyze(Throwable failure, ModelNotLoadedException cause) {
        return new FailureAnalysis(cause.getMessage(), """
                Say it in the application's properties, for example:

                    norma.embedding.model=all-minilm-l6-v2   # a folder, an ONNX file, or a name on the class path
                    norma.embedding.pooling=mean             # where the model's files don't say it; its description does
                    norma.embedding.max-tokens=128           # fewer than the model can read

                To do without the model, set spring.ai.model.embedding to none, or define an EmbeddingModel.""", cause);
    }
}
