package norma.embeddings.tokenizer;

/// Cuts a text into words. A token never reaches from one word into the next.
///
/// One asks for words in turn: the word after `from` is `[i, end(text, i, to))` with `i = start(text, from, to)`, unless `i =
/// to`.
sealed interface PreTokenizer permits BertWords, ByteLevelWords, MetaspaceWords {

    /// The text as words are cut from it, which may have a space before it that the original has not.
    default Normalized prepare(Normalized text) {
        return text;
    }

    /// Where the first word at or after `from` begins; `to` if there is none. With nothing between words, at `from`.
    default int start(Normalized text, int from, int to) {
        return from;
    }

    /// Where the word ends that begins at `start`.
    int end(Normalized text, int start, int to);
}
