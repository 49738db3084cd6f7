package norma.tokenizer;

import java.util.List;
import norma.tokenizer.AddedToken.Match;

/// Finds the added tokens of a text, the leftmost first, and of those that begin there the longest.
final class AddedTokens {
    private final List<AddedToken> tokens;
    private final Trie contents;

    /// @param tokens what to look for
    /// @param normalizer what their contents go through before
    AddedTokens(List<AddedToken> tokens, TextNormalizer normalizer) {
        this.tokens = List.copyOf(tokens);
        contents = new Trie(8 * tokens.size());
        for (int i = 0; i < tokens.size(); i++) {
            String content = tokens.get(i).content();
            contents.put(normalizer.normalize(Normalized.unchanged(content, 0, content.length())), i);
        }
    }

    /// The first token at or after `from`.
    Match find(CharSequence text, int from) {
        for (int start = from; !tokens.isEmpty() && start < text.length(); start++) {
            int index = Trie.NONE;
            int end = start;
            int node = Trie.ROOT;
            for (int i = start; i < text.length() && node != Trie.NONE; i++) {
                node = contents.next(node, text.charAt(i));
                if (node != Trie.NONE && contents.id(node) != Trie.NONE) {
                    index = contents.id(node);
                    end = i + 1;
                }
            }
            if (end > start && tokens.get(index).fits(text, start, end)) {
                return tokens.get(index).match(text, from, start, end);
            }
            start = Math.max(start, end - 1); // one that does not fit hides what is inside of it
        }
        return new Match(Trie.NONE, text.length(), text.length());
    }
}
