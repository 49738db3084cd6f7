/// Reads a BERT encoder from an ONNX file. The graph is walked from its result back to the token ids, and every node must be the one that
/// BERT has there. The result is a configuration and weights by their names in Hugging Face's files.
package norma.embeddings.onnx;
