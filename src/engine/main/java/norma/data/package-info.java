/// What models learn from, in batches. [Batches] groups examples of any kind, shuffled by a seed, in the background if wished; two
/// tensors give [Examples]. Of text, a [Corpus] is a list of documents that can be split for training and validation, and that a
/// [norma.tokenizer.Tokenizer] makes ids of; [TokenWindows] cuts ids into windows for a language model. What is in a batch depends
/// on the seed and its number only.
package norma.data;
