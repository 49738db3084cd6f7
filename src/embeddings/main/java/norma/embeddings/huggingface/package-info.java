/// Reads encoders from Hugging Face's files. A [norma.embeddings.huggingface.Family] knows the configurations and names of its models.
/// [norma.embeddings.huggingface.StoredLayers] makes the engine's layers of their weights.
package norma.embeddings.huggingface;
