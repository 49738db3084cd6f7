package norma.embeddings.finetuning;

import java.nio.IntBuffer;
import java.util.List;
import norma.tokenizer.Encoding;

/// An example to learn from.
public sealed interface Example {

    /// How many tokens it has: examples of about the same length go into one batch.
    int tokens();

    /// What it must not share with an example on the other side of a [Split]: its texts, as the model reads them. Two texts that
    /// differ only behind the limit of tokens, or in what the tokenizer doesn't keep, are the same.
    List<?> keys();

    /// What a [Split] gives both sides the same share of.
    default Object stratum() {
        return 0;
    }

    /// How many tokens some examples have.
    static long tokens(List<? extends Example> examples) {
        return examples.stream().mapToLong(Example::tokens).sum();
    }

    private static IntBuffer key(Encoding text) {
        return IntBuffer.wrap(text.ids());
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

        @Override
        public List<?> keys() {
            return List.of(key(text));
        }

        @Override
        public Object stratum() {
            return label;
        }
    }

    /// Two texts that belong together: a question and its answer, a sentence and its translation. Beside them may stand texts that
    /// look alike and are wrong.
    ///
    /// @param first one text
    /// @param second the other one
    /// @param negatives texts that do not belong to the first one
    record Pair(Encoding first, Encoding second, List<Encoding> negatives) implements Example {
        /// Copies the list.
        public Pair {
            negatives = List.copyOf(negatives);
        }

        /// Without texts that are wrong.
        public Pair(Encoding first, Encoding second) {
            this(first, second, List.of());
        }

        @Override
        public int tokens() {
            return negatives.stream().mapToInt(Encoding::length).reduce(Math.max(first.length(), second.length()),
                    Math::max);
        }

        /// Without the negatives, which many pairs may have.
        @Override
        public List<?> keys() {
            return List.of(key(first), key(second));
        }
    }

    /// Two texts and how alike they are.
    ///
    /// @param first one text
    /// @param second the other one
    /// @param score the cosine that their vectors should have: 1 for the same meaning, 0 for meanings that have nothing to do with
    ///        each other
    record Scored(Encoding first, Encoding second, float score) implements Example {
        /// Checks the score.
        public Scored {
            if (!(score >= -1 && score <= 1)) {
                throw new IllegalArgumentException(
                        "Scored: a score is a cosine, from -1 to 1; got " + score + "; divide it by the largest one");
            }
        }

        @Override
        public int tokens() {
            return Math.max(first.length(), second.length());
        }

        @Override
        public List<?> keys() {
            return List.of(key(first), key(second));
        }
    }

    /// A passage and how well it answers a query.
    ///
    /// @param query what all passages for one query have in common
    /// @param pair tokens of query and passage together
    /// @param relevance from 0, not at all, to 1
    record Judged(String query, Encoding pair, float relevance) implements Example {
        /// Checks the relevance.
        public Judged {
            if (!(relevance >= 0 && relevance <= 1)) {
                throw new IllegalArgumentException("Judged: relevance lies between 0 and 1; got " + relevance
                        + "; divide it by the largest one");
            }
        }

        /// Whether the passage counts as an answer.
        boolean relevant() {
            return relevance >= 0.5f;
        }

        @Override
        public int tokens() {
            return pair.length();
        }

        /// The query alone: a passage may be asked for from both sides.
        @Override
        public List<?> keys() {
            return List.of(query);
        }
    }
}
