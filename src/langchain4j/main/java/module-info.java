/// Norma's encoders as models of langchain4j. The package `dev.langchain4j.model.embedding.onnx` takes the place of the one in
/// `langchain4j-embeddings`, so that langchain4j's model jars run here unchanged; have one of the two.
@SuppressWarnings("requires-transitive-automatic") // langchain4j has no module descriptor
module norma.langchain4j {
    requires transitive langchain4j.core;
    requires transitive norma.embeddings;

    exports dev.langchain4j.model.embedding.onnx;
    exports norma.langchain4j;
}
