package dev.langchain4j.model.embedding.onnx;

import norma.embeddings.SentenceEncoder;
import norma.langchain4j.NormaEmbeddingModel;

/// What langchain4j's model classes hold: a model that was loaded. Theirs is a session of a native runtime, this one is Norma's.
public final class OnnxBertBiEncoder {
    final NormaEmbeddingModel model;

    OnnxBertBiEncoder(SentenceEncoder encoder) {
        model = new NormaEmbeddingModel(encoder);
    }
}
