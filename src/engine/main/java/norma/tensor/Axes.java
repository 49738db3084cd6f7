package norma.tensor;

import java.util.Arrays;

/// The axes that a reduction goes over, and what becomes of them: as in numpy they are dropped, unless they are to be kept with size 1.
///
/// ```java
/// import static norma.tensor.Axes.keepDims;
///
/// Tensor centered = x.subtract(x.mean(keepDims(-1)));    // (2, 3) - (2, 1)
/// ```
///
/// @param kept whether the axes stay, with size 1, so that the result broadcasts against what was reduced
/// @param axes counted from 0, negative ones from the end
public record Axes(boolean kept, int... axes) {

    /// Axes that are dropped.
    public static Axes of(int... axes) {
        return new Axes(false, axes);
    }

    /// Axes that are kept with size 1.
    public static Axes keepDims(int... axes) {
        return new Axes(true, axes);
    }

    /// All axes of a shape, dropped.
    static Axes all(Shape shape) {
        int[] axes = new int[shape.rank()];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = i;
        }
        return of(axes);
    }

    /// These axes, kept.
    Axes keepingDims() {
        return kept ? this : keepDims(axes);
    }

    /// The shape that is left of one.
    Shape of(Shape shape) {
        Shape left = kept ? shape : Shape.SCALAR;
        boolean[] reduced = reduced(shape);
        for (int i = 0; i < reduced.length; i++) {
            if (kept && reduced[i]) {
                left = left.with(i, 1);
            } else if (!kept && !reduced[i]) {
                left = left.append(shape.dim(i));
            }
        }
        return left;
    }

    /// How many elements of a shape become one.
    int count(Shape shape) {
        int count = 1;
        for (int axis : axes) {
            count *= shape.dim(axis);
        }
        return count;
    }

    /// x seen as (outer, n, inner), with the axes merged into the middle one: a view where they are neighbours, else a copy with
    /// them last.
    Tensor toMiddle(Tensor x) {
        boolean[] reduced = reduced(x.shape());
        int n = count(x.shape());
        int first = 0;
        while (first < reduced.length && !reduced[first]) {
            first++;
        }
        int end = first;
        while (end < reduced.length && reduced[end]) {
            end++;
        }
        if (end - first == axes.length) {
            return x.reshape(x.shape().product(0, first), n, x.shape().product(end, reduced.length));
        }
        return x.permute(last(reduced)).reshape(-1, n, 1);
    }

    /// The order of axes in which those that are reduced come last.
    private static int[] last(boolean[] reduced) {
        int[] order = new int[reduced.length];
        int at = 0;
        for (boolean pass : new boolean[] {false, true}) {
            for (int i = 0; i < reduced.length; i++) {
                if (reduced[i] == pass) {
                    order[at++] = i;
                }
            }
        }
        return order;
    }

    /// For each axis of a shape whether it is reduced.
    boolean[] reduced(Shape shape) {
        boolean[] reduced = new boolean[shape.rank()];
        for (int axis : axes) {
            int k = shape.axis(axis);
            if (reduced[k]) {
                throw new IllegalArgumentException("Axes: each axis must be named once; got %s for %s"
                        .formatted(Arrays.toString(axes), shape));
            }
            reduced[k] = true;
        }
        return reduced;
    }
}
