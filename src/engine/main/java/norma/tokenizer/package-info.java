/// Text to numbers and back. A [Tokenizer] turns a text into ids, or into an [Encoding] with the special tokens that a model
/// expects, and ids into text. It is loaded from a pretrained model's file, or learned from texts by [BpeTrainer],
/// [CharacterTrainer] or [WordPieceTrainer].
package norma.tokenizer;
