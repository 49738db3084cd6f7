/// Sentence embeddings and reranking from pretrained weights: no native code, no services, no state outside of its objects.
module norma.embeddings {
    requires com.google.gson;
    requires com.google.protobuf;
    requires transitive norma.engine;
    requires org.tribuo.util.onnx;

    exports norma.embeddings;
    exports norma.embeddings.finetuning;
}
