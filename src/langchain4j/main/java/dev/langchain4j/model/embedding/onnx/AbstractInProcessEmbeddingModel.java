package dev.langchain4j.model.embedding.onnx;

import dev.langchain4j.model.embedding.DimensionAwareEmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingParameter;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import norma.embeddings.Options;
import norma.langchain4j.NormaEmbeddingModel;

/// The base class of those in langchain4j's model jars, such as `AllMiniLmL6V2EmbeddingModel`. It takes the place of the one in
/// `langchain4j-embeddings`, so that they and their service-loader factories run on Norma, and an application changes only its
/// dependencies.
///
/// It may be closed: then it gives the model back, which ends its threads with the last instance of its class.
public abstract class AbstractInProcessEmbeddingModel extends DimensionAwareEmbeddingModel implements AutoCloseable {
    private static final String SUFFIX = ".onnx";
    private static final StackWalker STACK = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    private Optional<NormaEmbeddingModel> taken = Optional.empty();
    private boolean closed;

    /// @param executor not used: a model has threads of its own, which share the work of a call
    protected AbstractInProcessEmbeddingModel(Executor executor) {
    }

    /// Loads a model that the class loader of the calling class sees.
    ///
    /// @param modelFileName `name.onnx`
    /// @param tokenizerFileName `name-tokenizer.json`
    protected static OnnxBertBiEncoder loadFromJar(String modelFileName, String tokenizerFileName,
            PoolingMode poolingMode) {
        ClassLoader loader = STACK.getCallerClass().getClassLoader();
        requireAlone();
        String name = modelFileName.substring(0, modelFileName.length() - SUFFIX.length());
        if (!modelFileName.endsWith(SUFFIX) || !tokenizerFileName.equals(name + "-tokenizer.json")) {
            throw new IllegalArgumentException(
                    "a model's files must be name.onnx and name-tokenizer.json; got %s and %s"
                            .formatted(modelFileName, tokenizerFileName));
        }
        return new OnnxBertBiEncoder(loader, name, Options.DEFAULT.pooling(poolingMode.pooling));
    }

    /// With both on the class path, classes of one would call what only the other one has.
    private static void requireAlone() {
        String self = AbstractInProcessEmbeddingModel.class.getName().replace('.', '/') + ".class";
        try {
            var copies = Collections.list(AbstractInProcessEmbeddingModel.class.getClassLoader().getResources(self));
            if (copies.size() > 1) {
                throw new IllegalStateException(
                        "norma-langchain4j takes the place of langchain4j-embeddings; both are on the class path: "
                                + copies + "; exclude langchain4j-embeddings");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The model that runs.
    protected abstract OnnxBertBiEncoder model();

    @Override
    public EmbeddingResponse doEmbed(EmbeddingRequest request) {
        return taken().doEmbed(request);
    }

    @Override
    public Set<EmbeddingParameter<?>> supportedParameters() {
        return taken().supportedParameters();
    }

    private synchronized NormaEmbeddingModel taken() {
        if (closed) {
            throw new IllegalStateException(getClass().getSimpleName() + ": is closed; make another one");
        }
        NormaEmbeddingModel own = taken.orElseGet(() -> model().take());
        taken = Optional.of(own);
        return own;
    }

    /// Calls under way come to their end; later ones throw `IllegalStateException`.
    @Override
    public synchronized void close() {
        closed = true;
        taken.ifPresent(_ -> model().release());
        taken = Optional.empty();
    }
}
