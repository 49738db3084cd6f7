package norma.tensor;

import java.util.Arrays;

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
        long ellipses = Arrays.stream(parts).filter("..."::equals).count();
        int open = shape.rank() - (parts.length - (int) ellipses);
        if (ellipses > 1 || open < 0) {
            throw wrong(open < 0 ? "names more axes than there are" : "may have ... once");
        }
        Tensor y = x;
        int axis = 0;
        for (String part : parts) {
            if (part.equals("...")) {
                axis += open;
            } else if (part.contains(":")) {
                y = range(y, axis++, part.split(":", -1));
            } else {
                int at = place(number(part), y.dim(axis), y.dim(axis) - 1);
                y = Shaping.squeeze(y.slice(axis, at, at + 1), axis);
            }
        }
        return y;
    }

    private Tensor range(Tensor x, int axis, String... ends) {
        int n = x.dim(axis), step = ends.length < 3 || ends[2].isBlank() ? 1 : number(ends[2]);
        if (ends.length > 3 || step == 0) {
            throw wrong("has ranges from:to or from:to:step, with a step that is not 0");
        }
        int first = step > 0 ? 0 : n - 1, last = step > 0 ? n : -1;
        int from = ends[0].isBlank() ? first : place(number(ends[0]), n, step > 0 ? n : n - 1);
        int to = ends[1].isBlank() ? last : place(number(ends[1]), n, n);
        return step == 1 && from <= to ? x.slice(axis, from, to) : x.slice(axis, from, to, step);
    }

    private int number(String part) {
        try {
            return Integer.parseInt(part.strip());
        } catch (NumberFormatException e) {
            throw wrong("has numbers, ranges such as 1:3 or ::2, and ... between its commas", e);
        }
    }

    /// A place on an axis of size n, counted from its end if it is negative.
    private int place(int given, int n, int highest) {
        int at = given < 0 ? given + n : given;
        if (at < 0 || at > highest) {
            throw wrong("must stay within each axis; %d does not within size %d".formatted(given, n));
        }
        return at;
    }

    private IllegalArgumentException wrong(String rule) {
        return wrong(rule, null);
    }

    private IllegalArgumentException wrong(String rule, Exception cause) {
        return new IllegalArgumentException("slice: \"%s\" of %s %s".formatted(text, shape, rule), cause);
    }
}
