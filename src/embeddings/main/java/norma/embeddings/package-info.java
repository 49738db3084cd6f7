/// Sentence encoders and cross encoders with pretrained weights. [norma.embeddings.SentenceEncoder] makes vectors of texts, and
/// [norma.embeddings.CrossEncoder] scores pairs. [norma.embeddings.TextIndex] finds the texts nearest to a query again, and
/// [norma.embeddings.VectorIndex] vectors. [norma.embeddings.TrainableEncoder] is an encoder that can be trained further.
package norma.embeddings;
