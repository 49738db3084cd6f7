package norma.tensor;

import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
    private static final int N = 1000;

    /// A chain of `length` steps of several operations each; each backward step needs memory of its own for a moment.
    private static Tensor chain(Tensor x, int length) {
        Tensor y = x;
        for (int i = 0; i < length; i++) {
            y = y.multiply(y.sigmoid()).divide(y.square().add(1).sqrt()).add(x);
        }
        return y;
    }

    private static Tensor step(BufferPool memory, Tensor x, int length) {
        try (Tape tape = Tape.training(memory, 0)) {
            Tensor y = chain(x, length);
            tape.backward(y.sum());
            return y.copy();
        }
    }

    private static void step(BufferPool memory, Tensor x, Shape shape) {
        try (Tape tape = Tape.training(memory, 0)) {
            tape.backward(chain(x.expand(shape), 10).sum());
        }
    }

    @Test
    void laterStepsTakeNothingNewAndFindNoLeftovers() {
        var memory = new BufferPool();
        Tensor x = normal(1, N).variable();
        Tensor first = step(memory, x, 10);
        Tensor gradient = x.gradient().copy();
        long bytes = memory.bytes();
        for (int i = 0; i < 3; i++) {
            x.clearGradient();
            // with assertions on, what was given back is NaN: bits that came from there would show
            assertBits(first, step(memory, x, 10));
            assertBits(gradient, x.gradient());
            assertEquals(bytes, memory.bytes());
        }
        step(memory, x, 5);
        assertEquals(bytes, memory.bytes(), "a smaller step fits into the memory of a larger one");
    }

    @Test
    void backwardKeepsAFewGradientsAtATimeOnly() {
        var memory = new BufferPool();
        Tensor x = normal(2, N).variable();
        try (Tape tape = Tape.training(memory, 0)) {
            Tensor loss = chain(x, 50).sum();
            long forward = memory.bytes();
            tape.backward(loss);
            long arrays = (memory.bytes() - forward) / (4 * N);
            // dy, the gradients of x and y that wait, and what one derivative computes on its way: not one for each of the
            // 300 operations
            assertTrue(arrays <= 10, arrays + " arrays for 300 operations");
        }
    }

    @Test
    void highOrdersAreGivenBackToo() {
        var memory = new BufferPool();
        Tensor x = normal(3, N).variable();
        long bytes = 0;
        for (int i = 0; i < 3; i++) {
            try (Tape tape = Tape.training(memory, 0)) {
                Tensor d = tape.gradients(chain(x, 3).sum(), x)[0];
                tape.backward(d.square().sum());
            }
            assertTrue(i == 0 || bytes == memory.bytes());
            bytes = memory.bytes();
        }
    }

    @Test
    void arraysServeLengthsThatAreNearlyTheirs() {
        var memory = new BufferPool();
        for (int length = 1025; length <= 1088; length++) {
            try (Tape _ = Tape.inference(memory)) {
                Tensor.full(Shape.of(length), 1);
            }
        }
        assertEquals(4 * 1088, memory.bytes());
        try (Tape _ = Tape.inference(memory)) {
            assertEquals(1, Tensor.full(Shape.of(7), 1).data().length() / 7);
            assertEquals(0, Tensor.zeros(0, 3).size());
        }
    }

    @Test
    void stepsOfEverOtherLengthsNeedTheMemoryOfTheLargest() {
        Tensor x = normal(5, 1).variable();
        var largest = new BufferPool();
        step(largest, x, Shape.of(3000));
        var memory = new BufferPool();
        var random = new SplittableRandom(6);
        for (int i = 0; i < 200; i++) {
            step(memory, x, Shape.of(random.nextInt(100, 3001)));
        }
        assertTrue(memory.bytes() <= 2 * largest.bytes(), memory.bytes() + " against " + largest.bytes());
    }

    @Test
    void anErrorInTheStepLosesNoMemory() {
        var memory = new BufferPool();
        Tensor x = normal(4, N).variable();
        long bytes = 0;
        for (int i = 0; i < 3; i++) {
            try (Tape tape = Tape.training(memory, 0)) {
                Tensor y = chain(x, 3);
                Tensor broken = Tape.record(new Op() {
                    @Override
                    public Tensor[] inputs() {
                        return new Tensor[] {y, x};
                    }

                    @Override
                    public Tensor[] backward(Tensor dy) {
                        throw new ArithmeticException();
                    }
                }, y.add(1).detach());
                tape.backward(chain(broken, 2).sum());
            } catch (ArithmeticException e) {
                assertTrue(i == 0 || bytes == memory.bytes());
                bytes = memory.bytes();
            }
        }
        assertTrue(bytes > 0);
    }
}
