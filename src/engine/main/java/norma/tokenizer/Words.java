package norma.tokenizer;

import org.eclipse.collections.api.bag.MutableBag;
import org.eclipse.collections.impl.factory.Bags;

/// The words of texts to learn from, each with its number.
final class Words {
    private Words() {
    }

    static MutableBag<String> of(Iterable<String> texts, TextNormalizer normalizer, PreTokenizer preTokenizer) {
        MutableBag<String> words = Bags.mutable.empty();
        for (String text : texts) {
            Normalized normalized = preTokenizer.prepare(normalizer.normalize(text, 0, text.length()));
            int start = preTokenizer.start(normalized, 0, normalized.length);
            while (start < normalized.length) {
                int end = preTokenizer.end(normalized, start, normalized.length);
                words.add(new String(normalized.chars, start, end - start));
                start = preTokenizer.start(normalized, end, normalized.length);
            }
        }
        return words;
    }
}
