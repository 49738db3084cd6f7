package norma.tokenizer;

/// What a text is cut at.
interface TextPattern {

    /// Where `[from, to)` of a text has it. What stands around is not looked at.
    Matches in(Normalized text, int from, int to);

    /// The matches, from left to right, none of which reaches into the next.
    interface Matches {
        /// Goes to the next match; false if there is none.
        boolean next();

        int start();

        int end();
    }

    /// Characters of a kind, each of which is a match.
    interface OneCharacter extends TextPattern {
        boolean is(int codePoint);

        @Override
        default Matches in(Normalized text, int from, int to) {
            return new Matches() {
                private int start;
                private int end = from;

                @Override
                public boolean next() {
                    for (start = end; start < to; start = end) {
                        int c = text.codePointAt(start);
                        end = start + Character.charCount(c);
                        if (is(c)) {
                            return true;
                        }
                    }
                    return false;
                }

                @Override
                public int start() {
                    return start;
                }

                @Override
                public int end() {
                    return end;
                }
            };
        }
    }
}
