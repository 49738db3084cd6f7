/// Sentence encoders and cross encoders with pretrained weights. [norma.embeddings.SentenceEncoder] makes vectors of texts, and
/// [norma.embeddings.CrossEncoder] scores pairs. [norma.embeddings.TrainableEncoder] is an encoder that can be trained further.
package norma.embeddings;
