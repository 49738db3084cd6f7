package dev.langchain4j.model.embedding.onnx;

import norma.embeddings.Pooling;

/// The poolings that langchain4j's model classes name.
public enum PoolingMode {
    /// The vector of the first token.
    CLS(Pooling.CLS),
    /// The mean of the tokens' vectors.
    MEAN(Pooling.MEAN);

    final Pooling pooling;

    PoolingMode(Pooling pooling) {
        this.pooling = pooling;
    }
}
