package norma.tokenizer;

/// `\w+|[^\w\s]+`: letters, digits and marks that touch, and other characters that do.
record WordPattern() implements TextPattern {

    private enum Kind {
        WORD, SPACE, OTHER
    }

    @Override
    public Matches in(Normalized text, int from, int to) {
        return new Matches() {
            private int start;
            private int end = from;

            @Override
            public boolean next() {
                start = run(end, Kind.SPACE);
                end = start < to ? run(start, kind(start)) : start;
                return start < to;
            }

            private int run(int at, Kind kind) {
                int i = at;
                while (i < to && kind(i) == kind) {
                    i += Character.charCount(text.codePointAt(i));
                }
                return i;
            }

            private Kind kind(int i) {
                int c = text.codePointAt(i);
                return Characters.isSpace(c) ? Kind.SPACE : Characters.isWordly(c) ? Kind.WORD : Kind.OTHER;
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
