package norma.lab.plot;

import norma.nn.Attention;
import norma.nn.Context;
import norma.nn.Identity;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.norm.feature.QkNorm;
import norma.tensor.Tensor;

/// The entropy of an attention head's probabilities when the matrices of its queries and keys grow.
final class QkNormPlot {
    private static final int TIME = 64, DIM = 64;

    static Figure figure() {
        double[] factors = Numbers.geometric(0.125, Math.sqrt(2), 19);
        return new Figure("One head, 64 random tokens of 64 features", "factor on the matrices of q and k",
                "entropy in nats")
                .logX()
                .line("no norm", factors, Numbers.map(factors, f -> entropy(attention(f))))
                .line("RMS on q and k", factors, Numbers.map(factors, f -> entropy(QkNorm.rms(attention(f), DIM))))
                .line("length 1 and temperature", factors,
                        Numbers.map(factors, f -> entropy(QkNorm.l2(attention(f), QkNorm.temperature(TIME)))))
                .reference("ln 64: all alike", factors, Numbers.map(factors, _ -> Math.log(TIME)));
    }

    /// With the rows of the identity matrix as values, the result is the attention's probabilities.
    private static Attention attention(double factor) {
        double std = factor / Math.sqrt(DIM);
        return Attention.of(Linear.of(new Init(2).at("query"), DIM, DIM, std).withoutBias(),
                Linear.of(new Init(2).at("key"), DIM, DIM, std).withoutBias(), new AllTokens(), new Identity(), 1,
                false);
    }

    private static double entropy(Attention attention) {
        double sum = 0;
        for (double q : attention.forward(Numbers.normal("tokens", 1, TIME, DIM)).toArray()) {
            sum -= q > 0 ? q * Math.log(q) : 0;
        }
        return sum / TIME;
    }

    private record AllTokens() implements Layer {
        @Override
        public Tensor forward(Tensor x, Context context) {
            return Tensor.eye(DIM).slice(0, 0, TIME).reshape(1, TIME, DIM);
        }
    }
}
