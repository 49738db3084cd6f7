/// Text as numbers, and numbers as batches. A [Corpus] is a list of documents that can be split for training and validation, and
/// that a [norma.tokenizer.Tokenizer] makes ids of; [TokenWindows] cuts ids into windows for a language model. Which windows a batch has
/// depends on the seed and the number of the step only.
package norma.data;
