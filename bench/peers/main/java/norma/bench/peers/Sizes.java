package norma.bench.peers;

import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// The numbers in the text of a shape: `96 of 128x64x128 NT` is 96, 128, 64, 128.
final class Sizes {
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    private Sizes() {
    }

    static int[] of(String shape) {
        return NUMBER.matcher(shape).results().map(MatchResult::group).mapToInt(Integer::parseInt).toArray();
    }

    /// N, C, H, W, filters, kernel height and width, padding, groups of `64x64x32x32, 64 of 3x3, padding 1, 64 groups`.
    static Convolution convolution(String shape) {
        int[] n = of(shape);
        int padding = shape.contains("padding") ? n[7] : 0;
        int groups = shape.contains("groups") ? n[n.length - 1] : 1;
        return new Convolution(new long[] {n[0], n[1], n[2], n[3]},
                new long[] {n[4], n[1] / groups, n[5], n[6]}, padding, groups);
    }

    /// @param x shape of the images
    /// @param weight shape of the filters
    record Convolution(long[] x, long[] weight, int padding, int groups) {
    }
}
