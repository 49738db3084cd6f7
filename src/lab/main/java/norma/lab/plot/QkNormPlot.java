package norma.lab.plot;

import java.io.IOException;
import java.nio.file.Path;
import norma.nn.Attention;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.ParameterTree;
import norma.norm.feature.QkNorm;
import norma.tensor.Tensor;

/// How wide an attention head looks when the matrices of its queries and keys grow: the entropy of what it attends to.
record QkNormPlot() implements Plot {
    private static final int TIME = 64, DIM = 64;

    @Override
    public String name() {
        return "qk_norm";
    }

    @Override
    public void write(Path file) throws IOException {
        double[] factors = Numbers.geometric(0.125, Math.sqrt(2), 19);
        new Figure("One head, 64 random tokens of 64 features", "factor on the matrices of q and k", "entropy in nats")
                .logX()
                .line("no norm", factors, Numbers.map(factors, f -> entropy(attention(f))))
                .line("RMS on q and k", factors, Numbers.map(factors, f -> entropy(QkNorm.rms(attention(f), DIM))))
                .line("length 1 and temperature", factors,
                        Numbers.map(factors, f -> entropy(QkNorm.l2(attention(f), QkNorm.temperature(TIME)))))
                .reference("ln 64: all alike", factors, Numbers.map(factors, _ -> Math.log(TIME))).write(file);
    }

    /// Values that are the rows of the identity: the result is the attention's probabilities.
    private static Attention attention(double factor) {
        double std = factor / Math.sqrt(DIM);
        Layer values = new Identity();
        return Attention.of(Linear.of(new Init(2).at("query"), DIM, DIM, std).withoutBias(),
                Linear.of(new Init(2).at("key"), DIM, DIM, std).withoutBias(), values, new Same(), 1, false);
    }

    private static double entropy(Attention attention) {
        double sum = 0;
        for (double q : attention.forward(Numbers.normal("tokens", 1, TIME, DIM)).toArray()) {
            sum -= q > 0 ? q * Math.log(q) : 0;
        }
        return sum / TIME;
    }

    private record Identity() implements Layer {
        @Override
        public Tensor forward(Tensor x, Context context) {
            return Tensor.identity(DIM).slice(0, 0, TIME).reshape(1, TIME, DIM);
        }

        @Override
        public void register(ParameterTree tree) {
        }
    }

    private record Same() implements Layer {
        @Override
        public Tensor forward(Tensor x, Context context) {
            return x;
        }

        @Override
        public void register(ParameterTree tree) {
        }
    }
}
