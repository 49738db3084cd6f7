package dev.langchain4j.model.embedding.onnx;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import norma.embeddings.Options;
import norma.embeddings.SentenceEncoder;
import norma.langchain4j.NormaEmbeddingModel;

/// The loaded model that langchain4j's model classes hold: Norma's instead of a session of a native runtime. All instances of such a
/// class share one, for as long as the class is there. So it is closed with the last of them, and loaded anew for the next one.
public final class OnnxBertBiEncoder {
    private final ClassLoader loader;
    private final String name;
    private final Options options;
    private Optional<NormaEmbeddingModel> loaded;
    private int users;

    OnnxBertBiEncoder(ClassLoader loader, String name, Options options) {
        this.loader = loader;
        this.name = name;
        this.options = options;
        this.loaded = Optional.of(load());
    }

    private NormaEmbeddingModel load() {
        try {
            return new NormaEmbeddingModel(SentenceEncoder.load(loader, name, options));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The model for one more user, who gives it back by [#release()].
    synchronized NormaEmbeddingModel take() {
        NormaEmbeddingModel model = loaded.orElseGet(this::load);
        loaded = Optional.of(model);
        users++;
        return model;
    }

    synchronized void release() {
        if (--users == 0) {
            loaded.ifPresent(NormaEmbeddingModel::close);
            loaded = Optional.empty();
        }
    }
}
