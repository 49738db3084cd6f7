package norma.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// Tensors as text: what numpy prints for the same float32 arrays.
class PrintedTest {

    @Test
    void vectorsStandBesideTheirShape() {
        assertEquals("Tensor (2) [ 1.  -2.5]", Tensor.of(Shape.of(2), 1, -2.5f).toString());
        assertEquals("variable () 3.", Tensor.scalar(3).variable().toString());
        assertEquals("Tensor (0) []", Tensor.zeros(0).toString());
        assertEquals("Indices (3) [ 5 -1 10]", Indices.of(5, -1, 10).toString());
    }

    @Test
    void matricesStandBelowTheirShape() {
        assertEquals("""
                Tensor (2, 3)
                [[1. 2. 3.]
                 [4. 5. 6.]]""", Tensor.arange(1, 7, 1).reshape(2, 3).toString());
        assertEquals("""
                Tensor (2, 2, 2)
                [[[0. 1.]
                  [2. 3.]]

                 [[4. 5.]
                  [6. 7.]]]""", Tensor.arange(8).reshape(2, 2, 2).toString());
        assertEquals("Tensor (2, 0)\n[]", Tensor.zeros(2, 0).toString());
        assertEquals("Tensor (0, 3)\n[]", Tensor.zeros(0, 3).toString());
    }

    @Test
    void floatsHaveTheDigitsThatTellThemApart() {
        assertEquals("Tensor (2) [0.1        0.33333334]", Tensor.of(Shape.of(2), 0.1f, 1f / 3).toString());
        assertEquals("Tensor (4) [ nan  inf -inf   1.]", Tensor
                .of(Shape.of(4), Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1).toString());
        assertEquals("Tensor (2) [nan 1.5]", Tensor.of(Shape.of(2), Float.NaN, 1.5f).toString());
        assertEquals("Tensor (2) [-0.  0.]", Tensor.of(Shape.of(2), -0f, 0).toString());
        assertEquals("Tensor () 16777216.", Tensor.scalar(16777216).toString());
    }

    @Test
    void exponentsWhereTheyAreNeeded() {
        assertEquals("Tensor (2) [1.0e-05 1.5e+00]", Tensor.of(Shape.of(2), 1e-5f, 1.5f).toString());
        assertEquals("Tensor (3) [1.e+00 0.e+00 1.e+04]", Tensor.of(Shape.of(3), 1, 0, 1e4f).toString());
        assertEquals("Tensor (2) [1.e+00 1.e+30]", Tensor.of(Shape.of(2), 1, 1e30f).toString());
        assertEquals("Tensor (1) [1.2345679e+08]", Tensor.of(Shape.of(1), 123456789f).toString());
        assertEquals("Tensor (2) [   1. 1000.]", Tensor.of(Shape.of(2), 1, 1000).toString());
    }

    @Test
    void longLinesAreBroken() {
        String[] lines = Tensor.arange(30).toString().split("\n");
        assertEquals("Tensor (30)", lines[0]);
        assertEquals("[ 0.  1.  2.  3.  4.  5.  6.  7.  8.  9. 10. 11. 12. 13. 14. 15. 16. 17.", lines[1]);
        assertEquals(" 18. 19. 20. 21. 22. 23. 24. 25. 26. 27. 28. 29.]", lines[2]);
    }

    @Test
    void largeOnesShowHeadAndTail() {
        assertEquals("Tensor (1001) [   0.    1.    2. ...  998.  999. 1000.]",
                Tensor.arange(1001).toString());
        assertEquals("""
                Tensor (1000, 2)
                [[0. 0.]
                 [0. 0.]
                 [0. 0.]
                 ...
                 [0. 0.]
                 [0. 0.]
                 [0. 0.]]""", Tensor.zeros(1000, 2).toString());
        assertTrue(Tensor.zeros(10, 200).toString().contains("[0. 0. 0. ... 0. 0. 0.]"));
    }

    @Test
    void resultsNameTheirMaker() {
        try (Tape _ = Tape.training(new BufferPool(), 0)) {
            Tensor x = Tensor.ones(2, 2).variable();
            assertEquals("multiply () 9.", Tensor.scalar(3).variable().multiply(Tensor.scalar(3)).toString());
            assertEquals("sum ()", x.sum().describe());
            assertEquals("sum (2)", x.sum(0).describe());
            assertEquals("mean ()", x.mean().describe());
            assertEquals("mean (2, 1)", x.mean(Axes.keepDims(-1)).describe());
            assertEquals("max (2)", x.max(0).describe());
            assertEquals("take (1, 2)", x.take(Indices.of(0), 0).describe());
            assertEquals("Tensor (2, 2)", x.greaterOrEqual(1).describe());
        }
    }
}
