package norma.tokenizer;

import com.google.gson.JsonObject;
import norma.io.CorruptFileException;
import norma.io.JsonFields;

/// A word is one token, or unknown. Behind a pre-tokenizer that cuts a text into characters, these are the tokens.
///
/// @param words all of them
/// @param unknown the id of all others, which reads back as U+FFFD
record WordLevel(Vocabulary words, int unknown) implements SubwordModel {

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
        out.add(id == Trie.NONE ? unknown : id, text.starts[from], text.ends[to - 1]);
    }

    @Override
    public String text(Iterable<String> tokens) {
        StringBuilder text = new StringBuilder();
        for (String token : tokens) {
            text.append(token.equals(words.token(unknown)) ? "\uFFFD" : token);
        }
        return text.toString();
    }

    @Override
    public JsonObject toJson(Vocabulary vocabulary) {
        JsonObject model = new JsonObject();
        model.addProperty("type", "WordLevel");
        model.add("vocab", vocabulary.toJson());
        model.addProperty("unk_token", vocabulary.token(unknown));
        return model;
    }

    @Override
    public JsonObject decoder() {
        JsonObject decoder = new JsonObject();
        decoder.addProperty("type", "Fuse");
        return decoder;
    }
}
