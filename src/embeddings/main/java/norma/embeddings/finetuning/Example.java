package norma.embeddings.finetuning;

import java.util.List;
import norma.tokenizer.Encoding;

/// An example to learn from.
public sealed interface Example {

    /// How many tokens it has: examples of about the same length go into one batch.
    int tokens();

    /// How many tokens some examples have.
    static long tokens(List<? extends Example> examples) {
        return examples.stream().mapToLong(Example::tokens).sum();
    }

    /// A text and its label.
    ///
    /// @param text its tokens
    /// @param label number of its class
    record Labelled(Encoding text, int label) implements Example {
        @Override
        public int tokens() {
            return text.length();
        }
    }

    /// Two texts that belong together: a question and its answer, a sentence and its translation.
    ///
    /// @param first one text
    /// @param second the other one
    record Pair(Encoding first, Encoding second) implements Example {
        @Override
        public int tokens() {
            return Math.max(first.length(), second.length());
        }
    }
}
