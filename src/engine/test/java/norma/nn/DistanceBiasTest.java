package norma.nn;

import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertGradients;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import java.util.stream.Stream;
import norma.nn.DistanceBias.Buckets;
import norma.nn.DistanceBias.Window;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DistanceBiasTest {
    private static final int HEADS = 2;

    static Stream<DistanceBias> all() {
        return Stream.of(new Window(3, 5), new Window(0, 0), new Window(200, 1),
                new Buckets(Param.weight(normal(1, 32, HEADS))));
    }

    private static Attention attention(long seed) {
        return Attention.of(new Init(seed), 8, HEADS);
    }

    /// The first distance of each bucket in front of the query, as transformers 5.18 has them for 32 buckets.
    @Test
    void bucketsBeginWhereMpnetsDo() {
        int[] firsts = {0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 23, 32, 46, 64, 91};
        var buckets = new Buckets(Param.weight(normal(2, 32, HEADS)));
        for (int i = 0; i < firsts.length; i++) {
            int last = i + 1 < firsts.length ? firsts[i + 1] - 1 : 1000;
            assertEquals(i, buckets.bucket(-firsts[i]));
            assertEquals(i, buckets.bucket(-last));
            if (i > 0) {
                assertEquals(16 + i, buckets.bucket(firsts[i]));
                assertEquals(16 + i, buckets.bucket(last));
            }
        }
    }

    @Test
    void aWindowEndsWhereItSays() {
        float hidden = Float.NEGATIVE_INFINITY;
        assertBits(Tensor.of(hidden, hidden, 0, 0, 0, 0, hidden).reshape(1, 7), new Window(1, 2).of(4));
        assertBits(Tensor.of(0, 0, hidden, hidden, 0, 0).reshape(1, 1, 2, 3), new Window(1, 0).ofPairs(2, 3));
    }

    /// Sequences in one row give the bits of each for itself, and those of a bias for each pair.
    @ParameterizedTest
    @MethodSource("all")
    void sequencesInOneRowAreOnesOfTheirOwn(DistanceBias distances) {
        int[] lengths = {3, 1, 70, 17, 2};
        Attention attention = attention(3).with(distances).with(Rotary.HALVES.withBase(50));
        Attention without = attention(3).with(Rotary.HALVES.withBase(50));
        Tensor x = normal(4, 1, 93, 8);
        Tensor y = attention.forward(x, Context.ragged(lengths));
        int from = 0;
        for (int length : lengths) {
            Tensor own = x.slice(1, from, from + length);
            Tensor expected = y.slice(1, from, from + length).copy();
            assertBits(expected, attention.forward(own, Context.NONE));
            assertBits(expected,
                    without.forward(own, Context.NONE.withBias(distances.ofPairs(length, length))));
            from += length;
        }
    }

    @Test
    void numbersThatLearnHaveGradients() {
        Tensor q = normal(5, 1, 6, 4), k = normal(6, 1, 6, 4), v = normal(7, 1, 6, 4);
        assertGradients("learned", x -> Attention.apply(attention(8), x[0], x[1], x[2], HEADS, false,
                Optional.of(new Learned(x[3])), 0, Context.ragged(4, 2)), q, k, v, normal(9, HEADS, 7));
        assertGradients("window", x -> Attention.apply(attention(8), x[0], x[1], x[2], HEADS, true,
                Optional.of(new Window(1, 0)), 0, Context.ragged(4, 2)), q, k, v);
    }

    /// @param values (H, 7) of the distances -3 ... 3
    private record Learned(Tensor values) implements DistanceBias {
        @Override
        public Tensor of(int length) {
            return values.slice(1, 4 - length, 3 + length);
        }

        @Override
        public void register(ParameterTree tree) {
            // the test has the parameter
        }
    }

    @Test
    void decodingSeesTheSameDistances() {
        Attention attention = attention(10).withCausal().with(new Window(2, 0)).with(Rotary.HALVES.withBase(50));
        Tensor x = normal(11, 1, 7, 8);
        Tensor whole = attention.forward(x, Context.NONE);
        var cache = new Cache();
        Tensor first = attention.forward(x.slice(1, 0, 4), Context.cached(cache));
        Tensor rest = attention.forward(x.slice(1, 4, 7), Context.cached(cache));
        assertClose(whole, Tensor.concat(1, first, rest), 1e-6);
    }

    @Test
    void impossibleOnesAreRefused() {
        assertSays(assertThrows(IllegalArgumentException.class, () -> new Window(-1, 0)), "got -1");
        assertSays(assertThrows(IllegalArgumentException.class, () -> new Buckets(Param.weight(normal(1, 6, 2)))),
                "(6, 2)");
    }
}
