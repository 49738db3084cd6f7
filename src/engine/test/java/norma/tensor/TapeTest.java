package norma.tensor;

import static norma.tensor.Axes.keepDims;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertGradients;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import norma.nn.ScaledDotProduct;
import org.junit.jupiter.api.Test;

class TapeTest {
    private final BufferPool memory = new BufferPool();

    /// The gradient of sum f(x) on a fresh tape.
    private Tensor gradient(Tensor x, Function<Tensor, Tensor> f) {
        Tensor variable = x.copy().variable();
        try (Tape tape = Tape.training(memory, 0)) {
            tape.backward(f.apply(variable).sum());
        }
        return variable.gradient();
    }

    @Test
    void gradientsOfTwoPassesAreSummed() {
        Tensor x = normal(1, 5).variable();
        for (int pass = 1; pass <= 3; pass++) {
            try (Tape tape = Tape.training(memory, 0)) {
                tape.backward(x.multiply(3).sum());
            }
            assertBits(Tensor.full(x.shape(), 3 * pass), x.gradient());
        }
        x.clearGradient();
        assertFalse(x.hasGradient());
        assertBits(Tensor.full(x.shape(), 1), gradient(x, y -> y));
    }

    @Test
    void variablesThatGetOneGradientDoNotShareIt() {
        Tensor x = normal(1, 300).variable(), y = normal(2, 300).variable();
        for (int pass = 0; pass < 3; pass++) {
            try (Tape tape = Tape.training(memory, 0)) {
                // the addition passes one gradient to both; the product gives each its own
                tape.backward(x.add(y).sum());
                tape.backward(x.multiply(y).sum());
            }
            assertBits(y.detach().add(1), x.gradient());
            assertBits(x.detach().add(1), y.gradient());
            x.clearGradient();
            y.clearGradient();
        }
    }

    @Test
    void aGradientOutlivesTapesUntilItIsReplaced() {
        Tensor x = normal(1, 300).variable();
        try (Tape tape = Tape.training(memory, 0)) {
            tape.backward(x.square().sum());
        }
        Tensor gradient = x.gradient();
        try (Tape _ = Tape.inference(memory)) {
            x.add(1).multiply(x).sum();
        }
        assertBits(x.detach().multiply(2), gradient);
    }

    @Test
    void oneTapeMayBeSweptTwice() {
        Tensor x = normal(2, 4).variable();
        try (Tape tape = Tape.training(memory, 0)) {
            Tensor y = x.square();
            Tensor z = y.sum();
            tape.backward(z);
            tape.backward(z);
            tape.backward(y.exp().multiply(0).sum());
        }
        assertBits(x.detach().multiply(4), x.gradient());
    }

    @Test
    void whateverWayATensorIsUsedTwice() {
        Tensor x = normal(3, 2, 3);
        assertBits(Tensor.full(x.shape(), 2), gradient(x, y -> y.add(y)));
        assertBits(Tensor.full(x.shape(), 0), gradient(x, y -> y.subtract(y)));
        assertClose(x.multiply(2), gradient(x, y -> y.multiply(y)), 1e-6);
        // a diamond: z = (y + sin y) with y = x^2, inner results used three times
        assertGradients("diamond", xs -> {
            Tensor y = xs[0].square();
            Tensor left = y.add(1), right = y.sin();
            return left.multiply(right).add(left).add(right).add(y);
        }, x);
        // shared views: the gradients of slices and reshapes of one tensor meet in it
        assertGradients("views", xs -> {
            Tensor y = xs[0].exp();
            return Tensor.concat(0, y.slice(0, 0, 1), y.slice(0, 1, 2), y.reshape(2, 3))
                    .multiply(y.reshape(1, 6).slice(1, 0, 3));
        }, x);
    }

    @Test
    void aLongChain() {
        // y = x (1 + 1/1000)^2000, recorded as 2000 operations
        Tensor x = normal(4, 3);
        Tensor dx = gradient(x, y -> {
            Tensor z = y;
            for (int i = 0; i < 2000; i++) {
                z = z.multiply(1.001f);
            }
            return z;
        });
        assertEquals(Math.pow(1.001f, 2000), dx.data().get(1), 1e-3);
    }

    @Test
    void derivativesToAnyOrder() {
        Tensor x = Tensor.of(Shape.of(3), -1.5f, 0, 2).variable();
        for (var fourthPower : List.<Function<Tensor, Tensor>>of(y -> y.power(4), y -> y.square().square(),
                y -> y.multiply(y).multiply(y).multiply(y))) {
            try (Tape tape = Tape.training(memory, 0)) {
                Tensor d = fourthPower.apply(x);
                for (float[] expected : new float[][] {{-13.5f, 0, 32}, {27, 0, 48}, {-36, 0, 48}, {24, 24, 24},
                        {0, 0, 0}}) {
                    d = tape.gradients(d.sum(), x)[0];
                    assertClose(Tensor.of(x.shape(), expected), d, 1e-4);
                }
            }
        }
    }

    @Test
    void backwardThroughAGradient() {
        // d/dx |dy/dx|^2 with y = x^3: d/dx 9 x^4 = 36 x^3
        Tensor x = Tensor.of(Shape.of(2), -1, 2).variable();
        try (Tape tape = Tape.training(memory, 0)) {
            Tensor slope = tape.gradients(x.power(3).sum(), x)[0];
            tape.backward(slope.square().sum());
        }
        assertClose(Tensor.of(x.shape(), -36, 288), x.gradient(), 1e-3);
    }

    @Test
    void gradientsOfResultsAndOfWhatHasNoPart() {
        Tensor x = normal(5, 3).variable(), other = normal(6, 2).variable();
        try (Tape tape = Tape.training(memory, 0)) {
            Tensor y = x.square();
            Tensor[] found = tape.gradients(y.multiply(3).sum(), y, other, y, x);
            assertBits(Tensor.full(x.shape(), 3), found[0]);
            assertBits(Tensor.full(other.shape(), 0), found[1]);
            assertBits(found[0], found[2]);
            assertClose(x.detach().multiply(6), found[3], 1e-6);
        }
        assertFalse(x.hasGradient(), "gradients() leaves variables alone");
    }

    @Test
    void detachStopsGradients() {
        Tensor x = normal(7, 4);
        assertBits(x, gradient(x, y -> y.multiply(y.detach())));
        assertSame(x.detach().data().array(), x.data().array());
    }

    @Test
    void nothingIsRecordedWithoutATrainingTape() {
        Tensor x = normal(8, 4).variable();
        assertFalse(x.exp().tracked(), "no tape");
        try (Tape _ = Tape.inference(memory)) {
            assertFalse(x.exp().tracked(), "inference");
        }
        try (Tape tape = Tape.training(memory, 0)) {
            assertFalse(x.detach().exp().tracked(), "no variable");
            assertTrue(x.exp().tracked());
            try (Tape _ = Tape.inference(new BufferPool())) {
                assertFalse(x.exp().tracked(), "inference inside training");
            }
            assertSays(assertThrows(IllegalArgumentException.class, () -> tape.backward(x.detach().sum())),
                    "Tape.backward",
                    "one element", "no variable");
            assertSays(assertThrows(IllegalArgumentException.class, () -> tape.backward(x.exp())), "exp (4)");
        }
        assertSays(assertThrows(IllegalStateException.class, x::gradient), "variable (4)", "no gradient");
    }

    @Test
    void tapesNest() {
        assertEquals(Optional.empty(), Tape.current());
        Tensor x = normal(9, 3).variable();
        try (Tape outer = Tape.training(memory, 0)) {
            Tensor y = x.square();
            Tensor sum = y.sum();
            try (Tape inner = Tape.training(new BufferPool(), 0)) {
                assertSame(inner, Tape.current().orElseThrow());
                Tensor z = y.detach().variable();
                inner.backward(z.multiply(2).sum());
                assertBits(Tensor.full(x.shape(), 2), z.gradient());
                assertSays(assertThrows(IllegalStateException.class, () -> outer.backward(sum)), "innermost");
                assertSays(assertThrows(IllegalStateException.class, outer::close), "after the tapes opened since");
            }
            assertSame(outer, Tape.current().orElseThrow());
            outer.backward(sum);
        }
        assertEquals(Optional.empty(), Tape.current());
        assertBits(x.detach().multiply(2), x.gradient());
    }

    @Test
    void resultsOfAnotherTapeAreRefused() {
        Tensor x = normal(10, 3).variable();
        Tensor view;
        try (Tape _ = Tape.training(memory, 0)) {
            Tensor y = x.square();
            view = x.reshape(3, 1);
            Tensor sum = y.sum();
            try (Tape inner = Tape.training(new BufferPool(), 0)) {
                assertSays(assertThrows(IllegalStateException.class, () -> y.exp()), "exp", "square (3)", "detach()");
                assertSays(assertThrows(IllegalArgumentException.class, () -> inner.backward(sum)), "on this tape");
                assertSays(assertThrows(IllegalArgumentException.class, () -> inner.gradients(sum, y)), "on this tape");
            }
        }
        try (Tape _ = Tape.training(memory, 0)) {
            Tensor old = view;
            assertSays(assertThrows(IllegalStateException.class, () -> old.exp()), "reshape (3, 1)", "another");
        }
    }

    @Test
    void aTensorWhoseTapeIsClosedNamesItself() {
        Tensor x = normal(11, 2, 3).variable(), y, view, kept;
        Tape tape = Tape.training(memory, 0);
        try (tape) {
            y = x.square();
            view = y.reshape(6);
            kept = y.copy();
        }
        tape.close();
        assertBits(x.detach().square(), kept);
        assertSays(assertThrows(IllegalStateException.class, y::toArray), "square (2, 3)", "closed", "copy()");
        assertSays(assertThrows(IllegalStateException.class, () -> view.add(1)), "reshape (6)", "closed");
        assertThrows(IllegalStateException.class, () -> y.detach());
        assertSays(assertThrows(IllegalStateException.class, () -> tape.backward(kept)), "Tape", "closed");
        assertEquals("square (2, 3)", y.toString());
    }

    @Test
    void aTapeIsClosedWhereItWasOpened() throws InterruptedException {
        try (Tape tape = Tape.inference(memory)) {
            var thrown = new AtomicReference<Throwable>();
            Thread thread = Thread.ofPlatform().uncaughtExceptionHandler((_, e) -> thrown.set(e)).start(tape::close);
            thread.join();
            assertSays(thrown.get(), "thread that opened it");
        }
    }

    @Test
    void keysDependOnTheSeedAndTheirNumber() {
        try (Tape a = Tape.training(memory, 5); Tape b = Tape.training(memory, 5); Tape c = Tape.training(memory, 6)) {
            long first = a.nextKey();
            assertEquals(first, b.nextKey());
            assertNotEquals(first, c.nextKey());
            assertNotEquals(first, a.nextKey());
        }
    }

    @Test
    void theTableHasOperationsShapesAndInputs() {
        Tensor w = normal(12, 3, 2).variable();
        try (Tape tape = Tape.training(memory, 0)) {
            Tensor loss = normal(13, 4, 3).matmul(w).tanh().sum();
            tape.backward(loss);
            String[] lines = tape.toString().lines().toArray(String[]::new);
            assertTrue(lines[0].matches(" *# +op +result +inputs +bytes +fwd ms +bwd ms"), lines[0]);
            assertTrue(lines[1].matches(" *0 +matmul +\\(4, 2\\) +\\(4, 3\\) \\(3, 2\\) +32 +[0-9.]+ +[0-9.]+"),
                    lines[1]);
            assertTrue(lines[2].matches(" *1 +tanh +\\(4, 2\\) +#0\\(4, 2\\) +32 .*"), lines[2]);
            assertEquals(1 + loss.position() + 1, lines.length);
        }
    }

    @Test
    void aTensorThatIsTwoInputsOfAFusedOperationCountsOnce() {
        assertGradients("attention of x to itself", x -> ScaledDotProduct.apply(x[0], x[0], x[0], 2, true),
                normal(14, 1, 3, 4));
        assertGradients("keys are values", x -> ScaledDotProduct.apply(x[0], x[1], x[1], 1, false),
                normal(15, 1, 2, 3),
                normal(16, 1, 4, 3));
    }

    @Test
    void oneArrayMayBeTheGradientOfSeveralInputs() {
        Tensor x = normal(17, 300);
        Tensor dx = gradient(x, y -> {
            Tensor z = y.exp();
            return Tape.record(new Op() {
                @Override
                public Tensor[] inputs() {
                    return new Tensor[] {z, z, z};
                }

                @Override
                public Tensor[] backward(Tensor dy) {
                    Tensor third = dy.multiply(2);
                    return new Tensor[] {third, third, third};
                }
            }, z.multiply(6).detach());
        });
        assertClose(x.exp().multiply(6), dx, 1e-4);
        // an array given back twice would now serve two results at once
        try (Tape _ = Tape.inference(memory)) {
            var arrays = Collections.newSetFromMap(new IdentityHashMap<float[], Boolean>());
            for (int i = 0; i < 20; i++) {
                assertTrue(arrays.add(Tensor.empty(x.shape()).data().array()));
            }
        }
    }

    @Test
    void aGradientOfTheWrongShapeIsRefused() {
        Tensor x = normal(18, 2, 3).variable();
        Tensor y = normal(19, 2, 3);
        try (Tape tape = Tape.training(memory, 0)) {
            Tensor z = Tape.record(new Op() {
                @Override
                public Tensor[] inputs() {
                    return new Tensor[] {x};
                }

                @Override
                public Tensor[] backward(Tensor dy) {
                    return new Tensor[] {dy.sum(keepDims(0))};
                }

                @Override
                public String name() {
                    return "wrong";
                }
            }, Tensor.of(y.shape(), y.toArray()));
            Tensor loss = z.sum();
            assertSays(assertThrows(IllegalStateException.class, () -> tape.backward(loss)), "wrong.backward", "(2, 3)",
                    "(1, 3)");
        }
        assertBits(x.detach(), value(x));
    }

    private Tensor value(Tensor x) {
        try (Tape _ = Tape.inference(memory)) {
            return x.add(0).copy();
        }
    }
}
