package norma.nn;

import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertGradients;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import norma.tensor.Shape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;

/// LSTM and GRU: their formulas in double, laws of sequences, derivatives, errors.
class RecurrentTest {
    private static final Lstm LSTM = ParameterCheck.shaken(Lstm.of(new Init(1), 3, 2), 1, 0.5);
    private static final Gru GRU = ParameterCheck.shaken(Gru.of(new Init(2), 3, 2), 1, 0.5);

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /// Row g of W x + b.
    private static double gate(Linear layer, int g, double[] x) {
        double sum = layer.bias().orElseThrow().value().data().get(g);
        for (int i = 0; i < x.length; i++) {
            sum += layer.weight().value().data().get(g * x.length + i) * x[i];
        }
        return sum;
    }

    private static double[] input(Tensor x, int b, int t) {
        double[] input = new double[x.dim(2)];
        for (int i = 0; i < input.length; i++) {
            input[i] = x.data().get((b * x.dim(1) + t) * x.dim(2) + i);
        }
        return input;
    }

    @Test
    void lstmIsItsFormula() {
        Tensor x = normal(1, 2, 5, 3);
        Lstm.Result result = LSTM.run(x);
        for (int b = 0; b < 2; b++) {
            double[] h = new double[2], c = new double[2];
            for (int t = 0; t < 5; t++) {
                double[] in = input(x, b, t), before = h.clone();
                for (int j = 0; j < 2; j++) {
                    double[] z = new double[4];
                    for (int k = 0; k < 4; k++) {
                        z[k] = gate(LSTM.input(), 2 * k + j, in) + gate(LSTM.hidden(), 2 * k + j, before);
                    }
                    c[j] = sigmoid(z[1]) * c[j] + sigmoid(z[0]) * Math.tanh(z[2]);
                    h[j] = sigmoid(z[3]) * Math.tanh(c[j]);
                    assertEquals(h[j], result.sequence().data().get((b * 5 + t) * 2 + j), 1e-6);
                }
            }
            assertEquals(c[0], result.last().c().data().get(2 * b), 1e-6);
            assertEquals(h[1], result.last().h().data().get(2 * b + 1), 1e-6);
        }
    }

    @Test
    void gruIsItsFormula() {
        Tensor x = normal(1, 2, 5, 3);
        Gru.Result result = GRU.run(x);
        for (int b = 0; b < 2; b++) {
            double[] h = new double[2];
            for (int t = 0; t < 5; t++) {
                double[] in = input(x, b, t), before = h.clone();
                for (int j = 0; j < 2; j++) {
                    double r = sigmoid(gate(GRU.input(), j, in) + gate(GRU.hidden(), j, before));
                    double z = sigmoid(gate(GRU.input(), 2 + j, in) + gate(GRU.hidden(), 2 + j, before));
                    double n = Math.tanh(gate(GRU.input(), 4 + j, in) + r * gate(GRU.hidden(), 4 + j, before));
                    h[j] = (1 - z) * n + z * before[j];
                    assertEquals(h[j], result.sequence().data().get((b * 5 + t) * 2 + j), 1e-6);
                }
            }
            assertEquals(h[0], result.last().data().get(2 * b), 1e-6);
        }
    }

    @Test
    void derivatives() {
        for (Layer layer : List.of(LSTM, GRU)) {
            assertGradients("of x", xs -> layer.forward(xs[0]), normal(3, 2, 3, 3));
            ParameterCheck.assertParameterGradients("recurrent", layer, () -> layer.forward(normal(4, 2, 5, 3)));
        }
    }

    /// What comes later changes nothing, and a sequence in two pieces is one in one piece.
    @Test
    void aStateCarriesAllThatIsKnown() {
        Tensor x = normal(5, 2, 7, 3), first = x.slice(1, 0, 4), rest = x.slice(1, 4, 7);
        Lstm.Result lstm = LSTM.run(first), goesOn = LSTM.run(rest, lstm.last());
        assertBits(LSTM.forward(x), Tensor.concat(1, lstm.sequence(), goesOn.sequence()));
        assertBits(LSTM.run(x).last().c(), goesOn.last().c());
        Gru.Result gru = GRU.run(first), goesOnToo = GRU.run(rest, gru.last());
        assertBits(GRU.forward(x), Tensor.concat(1, gru.sequence(), goesOnToo.sequence()));
        assertBits(GRU.run(x).last(), goesOnToo.last());
    }

    @Test
    void shapesAndFirstValues() {
        assertEquals(Shape.of(2, 1, 2), GRU.forward(normal(1, 2, 1, 3)).shape());
        assertEquals(Shape.of(0, 4, 2), LSTM.forward(normal(1, 0, 4, 3)).shape());
        Tensor bias = Lstm.of(new Init(3), 5, 2).input().bias().orElseThrow().value();
        assertClose(Tensor.of(Shape.of(8), 0, 0, 1, 1, 0, 0, 0, 0), bias, 0);
        assertEquals(List.of("input.weight", "input.bias", "hidden.weight", "hidden.bias"),
                List.copyOf(ParameterTree.of(GRU).params().keySet()));
        Tensor y = Sequential.of(LSTM, Gru.of(new Init(4), 2, 6)).forward(normal(1, 2, 4, 3));
        assertEquals(Shape.of(2, 4, 6), y.shape());
    }

    @Test
    void refuseWhatDoesNotFit() {
        assertSays(error(() -> LSTM.forward(normal(1, 2, 3))), "Lstm", "(B, T, 3)", "(2, 3)");
        assertSays(error(() -> GRU.forward(normal(1, 2, 0, 3))), "Gru", "a step at least", "(2, 0, 3)");
        assertSays(error(() -> GRU.forward(normal(1, 1, 4, 3), Context.ragged(1, 3))), "Gru", "ragged");
        assertSays(error(() -> GRU.run(normal(1, 2, 4, 3), normal(1, 2, 3))), "Gru", "(2, 2)", "(2, 3)");
    }

    private static Throwable error(Runnable wrong) {
        return assertThrows(IllegalArgumentException.class, wrong::run);
    }
}
