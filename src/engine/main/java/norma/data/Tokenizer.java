package norma.data;

import java.io.IOException;
import java.nio.file.Path;

/// Text to numbers and back: ids in `[0, vocabulary)`.
///
/// Tokenizers are immutable and may be used by many threads at once.
public sealed interface Tokenizer permits ByteTokenizer, CharTokenizer, BpeTokenizer {

    /// V, how many ids there are.
    int vocabulary();

    /// The ids of `text`. A surrogate without its partner is no character; it is read as U+FFFD.
    int[] encode(String text);

    /// The text of `ids`. Bytes that are not UTF-8, as a model that samples token by token may say them, become U+FFFD.
    ///
    /// @throws IllegalArgumentException if an id is not below the vocabulary
    String decode(int[] ids);

    /// Writes this tokenizer as a file of JSON that [#load] reads, whole or not at all.
    ///
    /// ```json
    /// {"format": "norma-tokenizer/1", "type": "byte"}
    /// {"format": "norma-tokenizer/1", "type": "char", "characters": " abc"}
    /// {"format": "norma-tokenizer/1", "type": "bpe", "merges": [[97, 97], [256, 98]]}
    /// ```
    ///
    /// `characters` in ascending order of code points; the first has id 1. A merge is the pair of ids it joins; the
    /// first makes id 256.
    ///
    /// @param file usually named `tokenizer.json`
    /// @throws IOException if it cannot be written; a file that was there is then as it was
    default void save(Path file) throws IOException {
        AtomicFile.write(file, TokenizerFile.toJson(this));
    }

    /// Reads what [#save] wrote.
    ///
    /// @throws CorruptFileException if the contents are not what `save` writes: names the file and what must hold
    /// @throws IOException if the file cannot be read
    static Tokenizer load(Path file) throws IOException {
        return TokenizerFile.read(file);
    }
}
