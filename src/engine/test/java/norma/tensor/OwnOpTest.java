package norma.tensor;

import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertGradients;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// An operation of one's own is one small record.
class OwnOpTest {

    /// y = log(1 + exp(x)); dx = dy sigmoid(x)
    record Softplus(Tensor x) implements Op {

        static Tensor of(Tensor x) {
            float[] values = x.toArray();
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) Math.log1p(Math.exp(values[i]));
            }
            Tensor y = Tensor.empty(x.shape());
            y.set(values);
            return Tape.record(new Softplus(x), y);
        }

        @Override
        public Tensor[] inputs() {
            return new Tensor[] {x};
        }

        @Override
        public Tensor[] backward(Tensor dy) {
            return new Tensor[] {dy.multiply(x.sigmoid())};
        }
    }

    @Test
    void hasGradientsToAnyOrder() {
        assertGradients("softplus", x -> Softplus.of(x[0]), normal(1, 3, 4));
        assertGradients("softplus of softplus", x -> Softplus.of(Softplus.of(x[0]).multiply(x[0])), normal(2, 7));
    }

    @Test
    void worksAmongOthersAndIsNamedInTheTable() {
        Tensor x = normal(3, 5).variable();
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            tape.backward(Softplus.of(x.multiply(2)).sum());
            assertBits(Tensor.of(x.shape(), 2, 2, 2, 2, 2).multiply(x.detach().multiply(2).sigmoid()), x.gradient());
            assertTrue(tape.toString().contains("softplus"));
        }
    }
}
