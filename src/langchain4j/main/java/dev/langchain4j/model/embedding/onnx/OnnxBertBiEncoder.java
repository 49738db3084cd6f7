package dev.langchain4j.model.embedding.onnx;

import norma.embeddings.SentenceEncoder;
import norma.langchain4j.NormaEmbeddingModel;

/// The loaded model that langchain4j's model classes hold: Norma's instead of a session of a native runtime.
public final class OnnxBertBiEncoder {
    final NormaEmbeddingModel model;

    OnnxBertBiEncoder(SentenceEncoder encoder) {
        model = new NormaEmbeddingModel(encoder);
    }
}
