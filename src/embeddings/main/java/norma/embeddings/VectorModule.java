package norma.embeddings;

import com.google.gson.JsonObject;
import norma.nn.Layer;

/// A module behind the pooling, as sentence-transformers has them: from a text's vector to another one. Its parameters have the names
/// that they have in the module's file.
///
/// Shapes: x (B, in), y (B, out).
sealed interface VectorModule extends Layer permits DenseModule, LayerNormModule, NormalizeModule {

    /// What sentence-transformers calls it.
    String type();

    /// What y has for x of so many numbers.
    ///
    /// @throws IllegalArgumentException if x must have another number of them
    int dim(int in);

    /// Its config.json.
    JsonObject config();

    /// Refuses vectors of another size.
    default void requireSize(int must, int in) {
        if (in != must) {
            throw new IllegalArgumentException(
                    "SentenceEncoder: the module %s must get vectors of %d numbers; those before it give %d; is it another pooling?"
                            .formatted(type(), must, in));
        }
    }
}
