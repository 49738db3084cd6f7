package norma.tensor;

import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import norma.kernel.Activation;
import norma.nn.Context;
import norma.nn.Dropout;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.Mlp;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.optim.Sgd;
import org.junit.jupiter.api.Test;

/// Mistakes in how a program is put together: each is told, none is trained on in silence.
class WiringTest {
    // ---- The tape ----

    @Test
    void aTapeThatIsNotClosedIsNoticedByTheNext() {
        Tensor x = normal(1, 3).variable();
        try (Tape abandoned = Tape.training()) {
            abandoned.backward(x.square().sum());
            assertSays(assertThrows(IllegalStateException.class, Tape::training), "must be closed", "2 operations",
                    "try (");
            try (Tape _ = Tape.inference()) {
                assertEquals(3, x.exp().size(), "a look at the model is no step");
            }
        }
        try (Tape next = Tape.training()) {
            next.backward(x.square().sum());
        }
        assertBits(x.detach().multiply(4), x.gradient());
    }

    @Test
    void tapesWithoutABackwardPassCanNotPileUpEither() {
        IllegalStateException error = assertThrows(IllegalStateException.class, () -> {
            while (true) {
                Tape.inference();
            }
        });
        assertSays(error, "must be closed", "are open on this thread");
        while (Tape.current().isPresent()) {
            Tape.current().get().close();
        }
    }

    @Test
    void aLossFromBeforeTheTapeIsNamed() {
        Mlp mlp = Mlp.of(new Init(1), 2, 4, Activation.RELU, 1, 1);
        Tensor loss = mlp.forward(Tensor.full(Shape.of(3, 2), 1)).square().mean();
        try (Tape tape = Tape.training()) {
            assertSays(assertThrows(IllegalArgumentException.class, () -> tape.backward(loss)),
                    "no tape was open when it was computed");
            assertSays(assertThrows(IllegalArgumentException.class, () -> tape.backward(loss.multiply(2))),
                    "no tape was open");
            assertSays(assertThrows(IllegalArgumentException.class, () -> tape.backward(Tensor.scalar(1))),
                    "no variable");
        }
        try (Tape tape = Tape.inference()) {
            Tensor other = mlp.forward(Tensor.full(Shape.of(3, 2), 1)).sum();
            assertSays(assertThrows(IllegalArgumentException.class, () -> tape.backward(other)), "records nothing");
        }
    }

    @Test
    void eachStepHasAMaskOfItsOwnAndEachRunTheSame() {
        float[][] first = masks(), second = masks();
        assertTrue(Arrays.deepEquals(first, second), "the same seed gives the same bits");
        assertFalse(Arrays.equals(first[0], first[1]), "another step, another mask");
        assertFalse(Arrays.equals(first[1], first[2]));
    }

    private static float[][] masks() {
        Seed.set(5);
        var masks = new float[3][];
        for (int step = 0; step < masks.length; step++) {
            try (Tape _ = Tape.training()) {
                masks[step] = new Dropout(0.5f).forward(Tensor.full(Shape.of(64), 1)).toArray();
            }
        }
        return masks;
    }

    @Test
    void aPoolServesOneThreadAtATime() throws InterruptedException {
        var pool = new BufferPool();
        var opened = new CountDownLatch(1);
        var tried = new CountDownLatch(1);
        var other = new Thread(() -> {
            try (Tape _ = Tape.training(pool, 0)) {
                opened.countDown();
                tried.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }, "the other");
        other.start();
        opened.await();
        assertSays(assertThrows(IllegalStateException.class, () -> Tape.training(pool, 0)), "BufferPool", "one thread",
                "the other", "a pool of its own");
        assertTrue(Tape.current().isEmpty(), "a tape that could not be opened is not open");
        tried.countDown();
        other.join();
        try (Tape tape = Tape.training(pool, 0)) {
            assertEquals(tape, Tape.current().orElseThrow(), "afterwards the pool is free");
        }
    }

    // ---- Parameters ----

    @Test
    void aStepBetweenForwardAndBackwardIsRefused() {
        Param w = Param.weight(Tensor.of(Shape.of(1, 1), 3));
        Sgd sgd = Sgd.of(Linear.of(w), 1);
        try (Tape tape = Tape.training()) {
            Tensor first = w.value().multiply(2).sum(), second = w.value().square().sum();
            tape.backward(first);
            sgd.step();
            assertSays(assertThrows(IllegalStateException.class, () -> tape.backward(second)), "square.backward",
                    "as they were in the forward pass", "optimizer's step");
            assertSays(assertThrows(IllegalStateException.class, () -> tape.gradients(second, w.value())),
                    "forward pass");
        }
    }

    @Test
    void numbersThatAreSetInBetweenAreRefusedWhateverTheyAreSetThrough() {
        for (int way = 0; way < 3; way++) {
            Tensor x = Tensor.of(Shape.of(4), 1, 2, 3, 4), w = Tensor.of(Shape.of(4), 1, 1, 1, 1).variable();
            try (Tape tape = Tape.training()) {
                Tensor loss = x.multiply(w).sum();
                switch (way) {
                    case 0 -> x.set(new float[] {5, 6, 7, 8});
                    case 1 -> w.detach().fill(2);
                    default -> x.reshape(2, 2).slice(0, 1, 2).set(Tensor.zeros(1, 2));
                }
                assertSays(assertThrows(IllegalStateException.class, () -> tape.backward(loss)), "multiply.backward");
            }
        }
    }

    /// Forgets to register its second layer.
    private record Net(Linear a, Linear b) implements Layer {
        @Override
        public Tensor forward(Tensor x, Context context) {
            return b.forward(a.forward(x, context).tanh(), context);
        }

        @Override
        public void register(ParameterTree tree) {
            tree.add("a", a);
        }
    }

    @Test
    void aParameterThatNobodyListsIsNamedAtTheFirstStep() {
        var net = new Net(Linear.of(2, 4), Linear.of(4, 1));
        Sgd sgd = Sgd.of(net, 0.1);
        Tensor before = net.a().weight().value().copy();
        try (Tape tape = Tape.training()) {
            tape.backward(net.forward(Tensor.full(Shape.of(3, 2), 1)).square().mean());
        }
        assertSays(assertThrows(IllegalStateException.class, () -> sgd.step()), "Optimizer.step", "registered",
                "(1, 4)", "(1)");
        assertBits(before, net.a().weight().value().detach());
    }

    @Test
    void whatIsListedElsewhereMayStayAsItIs() {
        Linear frozen = Linear.of(2, 4), head = Linear.of(4, 1);
        ParameterTree.of(frozen);
        Sgd sgd = Sgd.of(head, 0.1);
        Tensor input = Tensor.full(Shape.of(3, 2), 1).variable();
        try (Tape tape = Tape.training()) {
            tape.backward(head.forward(frozen.forward(input)).square().mean());
        }
        sgd.step();
        assertTrue(input.hasGradient(), "an input under study is no parameter");
    }

    @Test
    void oneInitDrawsEachNameOnce() {
        Init init = new Init(42);
        Linear first = Linear.of(init, 4, 4, 0.5);
        assertSays(assertThrows(IllegalStateException.class, () -> Linear.of(init, 4, 4, 0.5)), "Init", "weight",
                "at(");
        Linear second = Linear.of(init.at("second"), 4, 4, 0.5);
        assertNotEquals(first.weight().value().toArray()[0], second.weight().value().toArray()[0]);
        assertThrows(IllegalStateException.class, () -> Linear.of(init.at("second"), 4, 4, 0.5));
    }

    @Test
    void layersWithoutAnInitDiffer() {
        Seed.set(1);
        Tensor a = Linear.of(3, 5).weight().value(), b = Linear.of(3, 5).weight().value();
        Seed.set(1);
        assertBits(a.detach(), Linear.of(3, 5).weight().value().detach());
        assertNotEquals(a.toArray()[0], b.toArray()[0]);
        float bound = (float) Math.sqrt(6.0 / 8);
        for (float w : a.toArray()) {
            assertTrue(Math.abs(w) <= bound, "Glorot's bound");
        }
    }

    @Test
    void anArrayIsNotSharedWithTheUser() {
        float[] ones = {1, 1};
        Param gamma = Param.noDecay(Tensor.of(Shape.of(2), ones)), other = Param.noDecay(Tensor.of(Shape.of(2), ones));
        ones[0] = 7;
        gamma.value().set(new float[] {2, 2});
        assertBits(Tensor.full(Shape.of(2), 1), other.value().detach());
    }
}
