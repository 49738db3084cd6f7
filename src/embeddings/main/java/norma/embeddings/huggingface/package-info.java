/// Reads BERT and its variants from Hugging Face's files. [norma.embeddings.huggingface.BertVariant] knows their configurations and names.
/// [norma.embeddings.huggingface.StoredLayers] makes the engine's layers of their weights.
package norma.embeddings.huggingface;
