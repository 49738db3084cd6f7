/// Reads a BERT encoder from an ONNX file. The graph is walked from its result back to the token ids along the nodes that have weights;
/// what is between them is computed on numbers and must give what BERT gives. The result is a configuration and weights by their names in
/// Hugging Face's files.
package norma.embeddings.onnx;
