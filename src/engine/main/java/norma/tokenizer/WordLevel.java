package norma.tokenizer;

import com.google.gson.JsonObject;
import java.util.OptionalInt;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// A word is one token, or unknown. Behind a pre-tokenizer that cuts a text into characters, these are the tokens.
///
/// @param words all of them
/// @param unknownId the id of all others, which reads back as U+FFFD
record WordLevel(Vocabulary words, int unknownId) implements SubwordModel {

    static WordLevel read(JsonFields model, Vocabulary vocabulary) throws CorruptFileException {
        return new WordLevel(vocabulary, vocabulary.id(model.text("unk_token")));
    }

    @Override
    public void tokenize(Normalized text, int from, int to, TokenBuffer out) {
        Trie pieces = words.pieces();
        int node = Trie.ROOT;
        for (int i = from; i < to && node != Trie.NONE; i++) {
            node = pieces.next(node, text.chars[i]);
        }
        int id = node == Trie.NONE ? Trie.NONE : pieces.id(node);
        out.add(id == Trie.NONE ? unknownId : id, text.starts[from], text.ends[to - 1]);
    }

    @Override
    public String text(Iterable<String> tokens) {
        StringBuilder text = new StringBuilder();
        for (String token : tokens) {
            text.append(token.equals(words.token(unknownId)) ? "\uFFFD" : token);
        }
        return text.toString();
    }

    @Override
    public OptionalInt unknown() {
        return OptionalInt.of(unknownId);
    }

    @Override
    public JsonObject toJson(Vocabulary vocabulary) {
        return JsonFields.object("type", "WordLevel", "vocab", vocabulary.toJson(), "unk_token",
                vocabulary.token(unknownId));
    }

    @Override
    public JsonObject decoder() {
        return JsonFields.object("type", "Fuse");
    }
}
