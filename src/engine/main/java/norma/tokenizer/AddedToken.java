package norma.tokenizer;

import com.google.gson.JsonObject;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// A token that is found in a text before the text is cut into words, such as `[MASK]`.
///
/// @param content what it looks like
/// @param id its id
/// @param singleWord only where no letter, mark, digit or `_` touches it
/// @param stripLeft the spaces before it are part of it
/// @param stripRight the spaces after it are
/// @param normalized looked for in the normalized text, not in the text itself
/// @param special says something to the model, such as `[CLS]`, and is no part of any text
record AddedToken(String content, int id, boolean singleWord, boolean stripLeft, boolean stripRight,
        boolean normalized, boolean special) {

    /// Where a token was found.
    ///
    /// @param id of the token; `Trie.NONE` if none was found
    /// @param start its first char
    /// @param end the one after its last; for none both are the end of the text
    record Match(int id, int start, int end) {
    }

    /// Of a token whose id is not known yet.
    static final int NO_ID = -1;

    static AddedToken special(String content, int id) {
        return new AddedToken(content, id, false, false, false, false, true);
    }

    static AddedToken read(JsonFields token) throws CorruptFileException {
        return read(token, token.whole("id"));
    }

    static AddedToken read(JsonFields token, int id) throws CorruptFileException {
        String content = token.text("content");
        if (content.isEmpty()) {
            throw token.corrupt("must have a content to look for; it is empty");
        }
        boolean special = token.flag("special", false);
        return new AddedToken(content, id, token.flag("single_word", false),
                token.flag("lstrip", false), token.flag("rstrip", false), token.flag("normalized", !special), special);
    }

    AddedToken withId(int other) {
        return new AddedToken(content, other, singleWord, stripLeft, stripRight, normalized, special);
    }

    AddedToken asSpecial() {
        return new AddedToken(content, id, singleWord, stripLeft, stripRight, normalized, true);
    }

    JsonObject toJson() {
        return JsonFields.object("id", id, "content", content, "single_word", singleWord, "lstrip", stripLeft, "rstrip",
                stripRight, "normalized", normalized, "special", special);
    }

    /// Its place in a text around `[start, end)`, where `content` stands; nothing before `from` is taken.
    Match match(CharSequence text, int from, int start, int end) {
        int left = start;
        while (stripLeft && left > from && Characters.isSpace(text.charAt(left - 1))) {
            left--;
        }
        int right = end;
        while (stripRight && right < text.length() && Characters.isSpace(text.charAt(right))) {
            right++;
        }
        return new Match(id, left, right);
    }

    /// Whether the token may stand at `[start, end)`.
    boolean fits(CharSequence text, int start, int end) {
        return !singleWord
                || (start == 0 || !Characters.isWordly(Character.codePointBefore(text, start)))
                        && (end == text.length() || !Characters.isWordly(Character.codePointAt(text, end)));
    }
}
