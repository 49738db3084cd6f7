package norma.tensor;

import static norma.tensor.Axes.keepDims;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ShapeTest {

    @Test
    void axesCountFromBothEnds() {
        Shape shape = Shape.of(2, 3, 5);
        assertEquals(30, shape.size());
        assertEquals(shape.dim(2), shape.dim(-1));
        assertEquals(6, shape.rows());
        assertEquals("(2, 3, 5)", shape.toString());
        assertEquals("()", Shape.SCALAR.toString());
        assertEquals(1, Shape.SCALAR.size());
        assertEquals(0, Shape.of(4, 0).size());
        assertEquals(Shape.of(2, 5), shape.without(-2));
        assertEquals(Shape.of(2, 3, 7), shape.with(-1, 7));
        assertEquals(Shape.of(2, 3, 5, 1), shape.append(1));
        assertEquals(Shape.of(3, 5), shape.slice(1, 3));
        assertTrue(shape.endsWith(Shape.of(3, 5)) && shape.endsWith(Shape.SCALAR) && !shape.endsWith(Shape.of(2, 3)));
        assertNotEquals(shape, Shape.of(5, 3, 2));
        assertEquals(shape.hashCode(), Shape.of(2, 3, 5).hashCode());
    }

    @Test
    void aShapeKeepsItsSizes() {
        int[] dims = {2, 3};
        Shape shape = Shape.of(dims);
        dims[0] = 7;
        shape.toArray()[1] = 7;
        assertEquals(Shape.of(2, 3), shape);
    }

    @Test
    void reshapesAndLeadingSlicesAreViews() {
        Tensor x = normal(1, 4, 3, 2);
        assertSame(x.data().array(), x.reshape(6, 4).data().array());
        assertSame(x.data().array(), x.slice(0, 1, 3).data().array());
        assertSame(x.data().array(), x.slice(0, 1, 2).slice(1, 1, 3).data().array(), "axes of size 1 lead");
        assertNotSame(x.data().array(), x.slice(1, 1, 3).data().array());
        assertSame(x, x.slice(1, 0, 3));
        assertSame(x, x.reshape(4, 3, 2));
        assertNotSame(x.data().array(), x.copy().data().array());
        // what is written to a view is written to what it views
        x.slice(0, 2, 3).reshape(6).data().array()[x.slice(0, 2, 3).data().offset()] = 42;
        assertEquals(42, x.data().get(12));
        assertEquals(42, x.transpose(0, 2).transpose(0, 2).data().get(12));
    }

    /// Who complains, and parts of what it says.
    static Stream<Arguments> errors() {
        Tensor x = normal(2, 2, 3), y = normal(3, 4, 3), v = normal(4, 3);
        return Stream.of(
                error(() -> x.add(y), "add", "equal or 1", "(2, 3) and (4, 3)", "?"),
                error(() -> x.power(y), "power", "(2, 3) and (4, 3)"),
                error(() -> x.where(y, v), "where", "(2, 3) and (4, 3)"),
                error(() -> x.matmul(y), "matmul", "last axis of a must be the last but one of b", "(2, 3)", "(4, 3)",
                        "transpose"),
                error(() -> x.matmulTransposed(x.transpose(0, 1)), "(3, 2) transposed"),
                error(() -> v.matmul(x), "matmul", "(3)"),
                error(() -> normal(5, 2, 3, 4).matmul(normal(6, 5, 4, 1)), "matmul", "(2)", "(5)"),
                error(() -> x.reshape(5), "reshape", "(2, 3) and (5)", "same number"),
                error(() -> x.permute(0, 0), "permute", "each axis", "(2, 3)", "[0, 0]"),
                error(() -> x.permute(0), "permute", "each axis", "[0]"),
                error(() -> x.transpose(0, 2), "[-2, 2)", "(2, 3)", "got 2"),
                error(() -> x.sum(keepDims(-3)), "[-2, 2)", "got -3"),
                error(() -> Tensor.scalar(1).sum(keepDims(0)), "()", "got 0"),
                error(() -> x.expand(Shape.of(2, 2, 4)), "expand", "(2, 3) for (2, 2, 4)"),
                error(() -> x.expand(Shape.of(3)), "expand", "(2, 3) for (3)"),
                error(() -> x.reduceTo(Shape.of(2)), "reduceTo", "(2, 3)", "(2)"),
                error(() -> v.reduceTo(Shape.of(1, 3)), "reduceTo", "(3)", "(1, 3)"),
                error(() -> x.slice(1, 2, 4), "slice", "[2, 4)", "axis 1", "(2, 3)"),
                error(() -> x.slice(0, 2, 1), "slice", "[2, 1)"),
                error(() -> x.slice(0, -1, 1), "slice", "[-1, 1)"),
                error(() -> Tensor.concat(0), "concat", "at least one"),
                error(() -> Tensor.concat(1, x, y), "concat", "axis 1", "(2, 3) and (4, 3)"),
                error(() -> Tensor.concat(0, x, v), "concat", "(2, 3) and (3)"),
                error(() -> normal(7, 0, 3).max(keepDims(0)), "max", "element", "(0, 3)"),
                error(() -> x.take(Indices.of(new int[] {0, 2}, 2), 0), "take", "[0, 2)", "got 2 at position 1"),
                error(() -> x.take(Indices.of(new int[] {-1}, 1), 0), "take", "got -1"),
                error(() -> normal(8, 0, 3).take(Indices.of(new int[] {0}, 1), 0), "take", "[0, 0)", "got 0"),
                error(() -> Indices.of(new int[] {1, 2}, 3), "Indices", "(3)", "got 2"),
                error(() -> Tensor.of(Shape.of(2, 2), 1, 2, 3), "Tensor", "(2, 2)", "4", "got 3"),
                error(() -> Shape.of(2, -1), "Shape", "negative", "(2, -1)"),
                error(() -> Shape.of(1 << 16, 1 << 16), "2^31", "(65536, 65536)"),
                error(x::item, "item", "one element", "(2, 3)"));
    }

    private static Arguments error(Executable wrong, String... parts) {
        return Arguments.of(String.join(" ", parts), wrong, parts);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("errors")
    void errorsTeach(String name, Executable wrong, String... parts) {
        RuntimeException e = assertThrows(RuntimeException.class, wrong);
        assertTrue(e instanceof IllegalArgumentException || e instanceof IllegalStateException, e.toString());
        assertSays(e, parts);
    }
}
