package norma.tokenizer;

import com.google.gson.JsonObject;
import java.util.OptionalInt;

/// A vocabulary of pieces of words, and how a word is made of them.
sealed interface SubwordModel permits Bpe, WordPiece, Unigram, WordLevel {

    /// Adds the tokens of the word `[from, to)`.
    void tokenize(Normalized text, int from, int to, TokenBuffer out);

    /// The id of what it has no token for; empty if it knows every text.
    OptionalInt unknown();

    /// The text of tokens that follow each other, as far as the tokens still say what it was.
    String text(Iterable<String> tokens);

    /// What a file says of it.
    JsonObject toJson(Vocabulary vocabulary);

    /// The step of the same name in a file: what other libraries make text of tokens with.
    JsonObject decoder();
}
