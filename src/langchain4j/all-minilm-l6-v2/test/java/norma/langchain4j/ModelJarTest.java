package norma.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.langchain4j.model.embedding.onnx.AbstractInProcessEmbeddingModel;
import dev.langchain4j.spi.ServiceHelper;
import dev.langchain4j.spi.model.embedding.EmbeddingModelFactory;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/// With this artifact and nothing else, langchain4j's own model runs on Norma.
class ModelJarTest {

    @Test
    void langchain4jFindsTheModel() {
        var factories = new ArrayList<>(ServiceHelper.loadFactories(EmbeddingModelFactory.class));
        assertEquals(1, factories.size());
        try (var model = assertInstanceOf(AbstractInProcessEmbeddingModel.class, factories.getFirst().create())) {
            assertEquals(384, model.embed("a text").content().vector().length);
        }
    }

    @Test
    void thereIsNoNativeRuntime() {
        assertThrows(ClassNotFoundException.class, () -> Class.forName("ai.onnxruntime.OrtEnvironment"));
        assertThrows(ClassNotFoundException.class,
                () -> Class.forName("ai.djl.huggingface.tokenizers.HuggingFaceTokenizer"));
    }
}
