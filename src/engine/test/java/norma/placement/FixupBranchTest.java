package norma.placement;

import static norma.nn.ParameterCheck.assertParameterGradients;
import static norma.nn.ParameterCheck.shaken;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertGradients;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import norma.nn.Conv2d;
import norma.nn.Init;
import norma.nn.Linear;
import norma.tensor.BufferPool;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;

class FixupBranchTest {
    /// The same first values for whatever is made alike.
    private static Init init() {
        return new Init(1);
    }

    @Test
    void aBranchBeginsAsNothing() {
        assertBits(normal(1, 4, 6), FixupBranch.linear(init(), 6, 3, 10).forward(normal(1, 4, 6)).detach());
        assertBits(normal(2, 2, 6, 5, 5), FixupBranch.conv2d(init(), 6, 2, 10).forward(normal(2, 2, 6, 5, 5)).detach());
    }

    private static double rms(Tensor x) {
        return Math.sqrt(x.detach().square().mean().item());
    }

    @Test
    void weightsBecomeSmallerWithTheNumberOfBranches() {
        FixupBranch one = FixupBranch.linear(init(), 200, 3, 1), many = FixupBranch.linear(init(), 200, 3, 16);
        for (int i = 0; i < 2; i++) {
            double alone = rms(((Linear) one.layers().get(i)).weight().value());
            assertEquals(Math.sqrt(2.0 / 200), alone, 0.02 * alone);
            // 16^(-1 / 4)
            assertEquals(alone / 2, rms(((Linear) many.layers().get(i)).weight().value()), 1e-6);
        }
        double first = rms(((Conv2d) FixupBranch.conv2d(init(), 40, 2, 4).layers().getFirst()).weight().value());
        assertEquals(Math.sqrt(2.0 / 360) / 2, first, 0.03 * first);
    }

    /// The first step of descent moves the last layer of each branch, and what a network of many branches gives does not
    /// explode with their number.
    @Test
    void manyBranchesStayInBounds() {
        Tensor x = normal(3, 8, 30), h = x;
        for (int i = 0; i < 100; i++) {
            FixupBranch branch = FixupBranch.linear(init().at("" + i), 30, 2, 100);
            try (Tape tape = Tape.training(new BufferPool(), 0)) {
                tape.backward(branch.forward(x).square().mean());
            }
            for (var layer : branch.layers()) {
                Tensor w = ((Linear) layer).weight().value();
                for (int k = 0; k < w.size(); k++) {
                    w.data().array()[w.data().offset() + k] -= 0.1f * w.gradient().data().get(k);
                }
            }
            h = branch.forward(h).detach();
        }
        assertEquals(1, rms(h) / rms(x), 0.5);
    }

    @Test
    void gradients() {
        FixupBranch linear = shaken(FixupBranch.linear(init(), 5, 3, 4), 4, 0.3);
        assertGradients("linear", xs -> linear.forward(xs[0]), normal(5, 3, 5));
        assertParameterGradients("linear", linear, () -> linear.forward(normal(5, 3, 5)));
        FixupBranch conv = shaken(FixupBranch.conv2d(init(), 2, 2, 4), 6, 0.3);
        assertGradients("conv", xs -> conv.forward(xs[0]), normal(7, 1, 2, 3, 3));
    }

    @Test
    void whatIsMissingIsNamed() {
        assertSays(assertThrows(IllegalArgumentException.class, () -> FixupBranch.linear(init(), 5, 1, 4)),
                "FixupBranch",
                "at least 2",
                "1");
        FixupBranch good = FixupBranch.linear(init(), 5, 2, 4);
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> new FixupBranch(good.layers(), List.of(), good.between(), good.scale(), good.after())),
                "2, 0 and 1");
    }
}
