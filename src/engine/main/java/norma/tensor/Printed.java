package norma.tensor;

import java.util.function.IntFunction;
import java.util.function.IntPredicate;

/// The elements of a shape in nested brackets, laid out as numpy does: columns aligned, lines of at most 75 characters, a blank line
/// between matrices, and of more than 1000 elements the first and last three along each axis.
final class Printed {
    private static final int LARGE = 1000;
    private static final int EDGE = 3;
    private static final int WIDTH = 75;

    private final Shape shape;
    private final boolean cut;
    private IntFunction<String> element;
    private int width;

    private Printed(Shape shape) {
        this.shape = shape;
        this.cut = shape.size() > LARGE;
    }

    /// A title and whole numbers or other short words.
    static String of(String title, Shape shape, IntFunction<String> element) {
        var printed = new Printed(shape);
        printed.element = element;
        return printed.under(title);
    }

    /// A title and floats, which have as many digits as tell them apart.
    static String of(String title, Shape shape, float[] values) {
        var printed = new Printed(shape);
        float[] shown = new float[values.length];
        int[] count = {0};
        printed.visit(0, 0, i -> {
            shown[count[0]++] = values[i];
            return true;
        });
        var format = FloatFormat.of(java.util.Arrays.copyOf(shown, count[0]));
        printed.element = i -> format.text(values[i]);
        return printed.under(title);
    }

    /// Vectors stand beside their title if there is room, matrices below it.
    private String under(String title) {
        visit(0, 0, i -> {
            width = Math.max(width, element.apply(i).length());
            return true;
        });
        String text = shape.size() == 0 ? "[]" : text(0, 0);
        boolean beside = shape.rank() < 2 && title.length() + text.length() < WIDTH && text.indexOf('\n') < 0;
        return title + (beside ? " " : "\n") + text;
    }

    private boolean skips(int axis, int i) {
        return cut && shape.dim(axis) > 2 * EDGE && i == EDGE;
    }

    /// Visits the elements that are shown.
    private void visit(int axis, int first, IntPredicate visitor) {
        if (axis == shape.rank()) {
            visitor.test(first);
            return;
        }
        int stride = shape.product(axis + 1, shape.rank());
        for (int i = 0; i < shape.dim(axis); i++) {
            i = skips(axis, i) ? shape.dim(axis) - EDGE : i;
            visit(axis + 1, first + i * stride, visitor);
        }
    }

    private String text(int axis, int first) {
        if (axis == shape.rank()) {
            return " ".repeat(width - element.apply(first).length()) + element.apply(first);
        }
        return axis == shape.rank() - 1 ? row(axis, first) : rows(axis, first);
    }

    private String row(int axis, int first) {
        String indent = " ".repeat(axis + 1);
        int room = WIDTH - axis - 1;
        var text = new StringBuilder("[");
        int length = indent.length();
        for (int i = 0; i < shape.dim(axis); i++) {
            boolean skipped = skips(axis, i);
            i = skipped ? shape.dim(axis) - EDGE : i;
            if (skipped) {
                length = append(text, "...", length, room, indent);
            }
            length = append(text, text(axis + 1, first + i), length, room, indent);
        }
        return text.append(']').toString();
    }

    private static int append(StringBuilder text, String word, int length, int room, String indent) {
        if (length > indent.length() && length + 1 + word.length() > room) {
            text.append('\n').append(indent).append(word);
            return indent.length() + word.length();
        }
        boolean begins = length == indent.length();
        text.append(begins ? "" : " ").append(word);
        return length + word.length() + (begins ? 0 : 1);
    }

    private String rows(int axis, int first) {
        String between = "\n".repeat(shape.rank() - 1 - axis) + " ".repeat(axis + 1);
        int stride = shape.product(axis + 1, shape.rank());
        var text = new StringBuilder("[");
        for (int i = 0; i < shape.dim(axis); i++) {
            boolean skipped = skips(axis, i);
            i = skipped ? shape.dim(axis) - EDGE : i;
            text.append(i == 0 ? "" : between).append(skipped ? "..." + between : "");
            text.append(text(axis + 1, first + i * stride));
        }
        return text.append(']').toString();
    }
}
