package norma.tensor;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Sums of products in Einstein's notation: each axis of each operand has a letter, and what is summed is every letter that the
/// result lacks. Operands are taken in their order, two at a time, each pair by one matrix product: letters of both that
/// are still wanted are its batch, those that are not are summed.
final class Einsum {
    /// Letters of the axes that `...` stands for, the last axis first.
    private static final char OPEN = '\ue000';

    private final String text;
    private final String[] letters;
    private final String result;

    private Einsum(String text, Tensor... operands) {
        this.text = text;
        String[] sides = text.replace(" ", "").split("->", -1);
        letters = sides[0].split(",", -1);
        if (sides.length > 2 || letters.length != operands.length) {
            throw wrong("must have as many terms as operands, as in \"ij,jk->ik\"; got " + operands.length);
        }
        int open = 0;
        for (int i = 0; i < letters.length; i++) {
            open = Math.max(open, open(letters[i], operands[i]));
            letters[i] = spellOut(letters[i], open(letters[i], operands[i]));
            requireRank(i, operands[i]);
        }
        result = sides.length == 2 ? spellOut(sides[1], open) : implied(open);
        requireResult();
    }

    static Tensor of(String text, Tensor... operands) {
        return new Einsum(text, operands).apply(operands);
    }

    /// How many axes `...` stands for.
    private static int open(String term, Tensor operand) {
        return term.contains("...") ? operand.shape().rank() - (term.length() - 3) : 0;
    }

    private static String spellOut(String term, int open) {
        var names = new StringBuilder();
        for (int i = open - 1; i >= 0; i--) {
            names.append((char) (OPEN + i));
        }
        return term.replace("...", names);
    }

    private void requireRank(int i, Tensor operand) {
        if (letters[i].length() != operand.shape().rank() || !letters[i].chars().allMatch(Einsum::letter)) {
            throw wrong("must have one letter for each axis of an operand; got %s for term %d"
                    .formatted(operand.shape(), i + 1));
        }
    }

    private static boolean letter(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= OPEN;
    }

    /// Without an arrow the result has the letters that occur once, in the order of the alphabet, behind what `...` stands for.
    private String implied(int open) {
        String all = String.join("", letters);
        var once = new StringBuilder(spellOut("...", open));
        all.chars().sorted().filter(c -> c < OPEN && all.indexOf(c) == all.lastIndexOf(c))
                .forEach(c -> once.append((char) c));
        return once.toString();
    }

    private void requireResult() {
        String all = String.join("", letters);
        for (int i = 0; i < result.length(); i++) {
            char c = result.charAt(i);
            if (all.indexOf(c) < 0 || result.indexOf(c) != i) {
                throw wrong("must have each letter of the result once, and in a term too; got '%c'".formatted(c));
            }
        }
    }

    private Tensor apply(Tensor... operands) {
        Map<Character, Integer> sizes = sizes(operands);
        Term left = null;
        for (int i = 0; i < operands.length; i++) {
            String later = result + String.join("", Arrays.asList(letters).subList(i + 1, letters.length));
            Term right = new Term(letters[i], operands[i]).withoutRepetition().withoutOnes(sizes);
            left = left == null ? right.keeping(later) : left.times(right, later);
        }
        return left.inOrder(result);
    }

    private Map<Character, Integer> sizes(Tensor... operands) {
        Map<Character, Integer> sizes = new HashMap<>();
        for (int i = 0; i < operands.length; i++) {
            for (int axis = 0; axis < letters[i].length(); axis++) {
                char c = letters[i].charAt(axis);
                int size = operands[i].dim(axis), known = sizes.getOrDefault(c, size);
                if (size != known && (c < OPEN || size != 1 && known != 1)) {
                    throw wrong("must give axes of one letter one size; got %d and %d for '%s'"
                            .formatted(known, size, c < OPEN ? c : "..."));
                }
                sizes.put(c, known == 1 ? size : known);
            }
        }
        return sizes;
    }

    private IllegalArgumentException wrong(String rule) {
        return new IllegalArgumentException("einsum: \"%s\" %s".formatted(text, rule));
    }

    /// A tensor with a letter for each axis.
    private record Term(String letters, Tensor x) {

        /// Of two axes with one letter the diagonal.
        Term withoutRepetition() {
            for (int i = 0; i < letters.length(); i++) {
                int j = letters.indexOf(letters.charAt(i), i + 1);
                if (j >= 0) {
                    String rest = letters.substring(0, i) + letters.substring(i + 1, j) + letters.substring(j + 1);
                    Tensor last = inOrder(rest, i, j).diagonal(0);
                    return new Term(rest + letters.charAt(i), last).withoutRepetition();
                }
            }
            return this;
        }

        /// The axes of `rest`, and behind them axes i and j.
        private Tensor inOrder(String rest, int i, int j) {
            int[] order = new int[letters.length()];
            int at = 0;
            for (int axis = 0; axis < order.length; axis++) {
                if (axis != i && axis != j) {
                    order[at++] = axis;
                }
            }
            order[at++] = i;
            order[at] = j;
            return x.permute(order);
        }

        /// Without the axes of size 1 that broadcast against larger ones.
        Term withoutOnes(Map<Character, Integer> sizes) {
            for (int axis = 0; axis < letters.length(); axis++) {
                if (x.dim(axis) != sizes.get(letters.charAt(axis))) {
                    return new Term(letters.substring(0, axis) + letters.substring(axis + 1), x.squeeze(axis))
                            .withoutOnes(sizes);
                }
            }
            return this;
        }

        /// Summed over the letters that nobody wants.
        Term keeping(String wanted) {
            int[] summed = new int[letters.length()];
            int count = 0;
            var kept = new StringBuilder();
            for (int axis = 0; axis < letters.length(); axis++) {
                if (wanted.indexOf(letters.charAt(axis)) >= 0) {
                    kept.append(letters.charAt(axis));
                } else {
                    summed[count++] = axis;
                }
            }
            return count == 0 ? this : new Term(kept.toString(), x.sum(Arrays.copyOf(summed, count)));
        }

        Term times(Term that, String later) {
            Term a = keeping(that.letters + later), b = that.keeping(letters + later);
            String both = a.common(b.letters), batch = common(both, later, true), inner = common(both, later, false);
            String rows = common(a.letters, both, false), columns = common(b.letters, both, false);
            Tensor left = a.inOrder(batch + rows + inner).reshape(a.size(batch), a.size(rows), a.size(inner));
            Tensor right = b.inOrder(batch + inner + columns).reshape(b.size(batch), b.size(inner), b.size(columns));
            Shape shape = Shape.of(a.sizes(batch + rows)).append(b.sizes(columns));
            return new Term(batch + rows + columns, left.matmul(right).reshape(shape));
        }

        private String common(String others) {
            return common(letters, others, true);
        }

        /// The letters that are, or are not, among others.
        private static String common(String letters, String others, boolean among) {
            var kept = new StringBuilder();
            letters.chars().filter(c -> others.indexOf(c) >= 0 == among).forEach(c -> kept.append((char) c));
            return kept.toString();
        }

        private int[] sizes(String names) {
            return names.chars().map(c -> x.dim(letters.indexOf(c))).toArray();
        }

        private int size(String names) {
            return Shape.of(sizes(names)).size();
        }

        Tensor inOrder(String names) {
            return names.equals(letters) ? x : x.permute(names.chars().map(letters::indexOf).toArray());
        }
    }
}
