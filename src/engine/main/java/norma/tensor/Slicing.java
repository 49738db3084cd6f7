package norma.tensor;

/// Parts of a tensor written as numpy writes them: `1:3, ::2, -1, ...`.
final class Slicing {
    private final String text;
    private final Shape shape;

    private Slicing(String text, Shape shape) {
        this.text = text;
        this.shape = shape;
    }

    static Tensor of(Tensor x, String text) {
        return new Slicing(text, x.shape()).apply(x);
    }

    private Tensor apply(Tensor x) {
        String[] parts = text.strip().split("\\s*,\\s*", -1);
        int open = text.contains("...") ? shape.rank() - (parts.length - 1) : 0;
        if (open < 0 || open == 0 && parts.length > shape.rank() && !text.contains("...")) {
            throw wrong("names more axes than there are");
        }
        Tensor y = x;
        int axis = 0;
        boolean opened = false;
        for (String part : parts) {
            if (part.equals("...")) {
                if (opened) {
                    throw wrong("may have ... once");
                }
                opened = true;
                axis += open;
            } else if (part.contains(":")) {
                y = range(y, axis++, part.split(":", -1));
            } else {
                int at = place(number(part), y.dim(axis), 0, y.dim(axis) - 1);
                y = Shaping.squeeze(y.slice(axis, at, at + 1), axis);
            }
        }
        return y;
    }

    private Tensor range(Tensor x, int axis, String[] ends) {
        int n = x.dim(axis), step = ends.length < 3 || ends[2].isBlank() ? 1 : number(ends[2]);
        if (ends.length > 3 || step == 0) {
            throw wrong("is from:to or from:to:step, with a step that is not 0");
        }
        int lowest = step > 0 ? 0 : -1, highest = step > 0 ? n : n - 1;
        int from = ends[0].isBlank() ? (step > 0 ? 0 : n - 1) : place(number(ends[0]), n, 0, highest);
        int to = ends[1].isBlank() ? (step > 0 ? n : -1) : place(number(ends[1]), n, 0, n);
        return step == 1 && from <= to ? x.slice(axis, from, to)
                : x.take(Indices.range(Math.max(from, lowest), to, step), axis);
    }

    private int number(String part) {
        try {
            return Integer.parseInt(part.strip());
        } catch (NumberFormatException e) {
            throw wrong("has numbers, ranges such as 1:3 or ::2, and ... between its commas", e);
        }
    }

    /// A place on an axis of size n, counted from its end if it is negative.
    private int place(int given, int n, int lowest, int highest) {
        int at = given < 0 ? given + n : given;
        if (at < lowest || at > highest) {
            throw wrong("must stay within the axis; %d does not within size %d".formatted(given, n));
        }
        return at;
    }

    private IllegalArgumentException wrong(String rule) {
        return wrong(rule, null);
    }

    private IllegalArgumentException wrong(String rule, Exception cause) {
        return new IllegalArgumentException("slice: \"%s\" of %s: it %s".formatted(text, shape, rule), cause);
    }
}
