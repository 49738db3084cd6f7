package norma.placement;

import java.util.function.IntFunction;
import norma.nn.Attention;
import norma.nn.Layer;
import norma.nn.Mlp;

/// DeepNorm: y = N(alpha x + f(x)), for post-norm a thousand blocks deep (Wang et al. 2022, arXiv 2203.00555). The skip weighs
/// alpha > 1. Matrices start by Glorot's rule, those of values, output and feed-forward layer with gain beta < 1.
///
/// @param factors for a stack of so many blocks
public record DeepNorm(IntFunction<Factors> factors) implements Placement {

    /// The factors for a stack of blocks.
    ///
    /// @param alpha on the skip
    /// @param beta on first values
    public record Factors(float alpha, float beta) {

        /// A stack alone, of L blocks, encoder or decoder: alpha = (2 L)^(1/4), beta = (8 L)^(-1/4).
        public static Factors alone(int layers) {
            return of(Math.pow(2.0 * layers, 0.25), Math.pow(8.0 * layers, -0.25));
        }

        /// An encoder of N blocks before a decoder of M: alpha = 0.81 (N^4 M)^(1/16), beta = 0.87 (N^4 M)^(-1/16).
        public static Factors encoder(int encoder, int decoder) {
            double root = Math.pow(Math.pow(encoder, 4) * decoder, 1.0 / 16);
            return of(0.81 * root, 0.87 / root);
        }

        /// A decoder of M blocks that reads from an encoder: alpha = (3 M)^(1/4), beta = (12 M)^(-1/4).
        public static Factors decoder(int decoder) {
            return of(Math.pow(3.0 * decoder, 0.25), Math.pow(12.0 * decoder, -0.25));
        }

        private static Factors of(double alpha, double beta) {
            return new Factors((float) alpha, (float) beta);
        }
    }

    /// For a stack alone.
    public DeepNorm() {
        this(Factors::alone);
    }

    @Override
    public Layer around(Layer f, Place place) {
        return Branch.of(f, place.dropout()).skip(factors.apply(place.layers()).alpha()).outer(place.norm("norm"));
    }

    @Override
    public Layer aroundAttention(Attention f, Place place) {
        FirstValues.xavier(place.init(), 1, f, "query", "key");
        FirstValues.xavier(place.init(), factors.apply(place.layers()).beta(), f, "value", "output");
        return around(f, place);
    }

    @Override
    public Layer aroundMlp(Mlp f, Place place) {
        FirstValues.xavier(place.init(), factors.apply(place.layers()).beta(), f, "up", "down");
        return around(f, place);
    }

    @Override
    public Layer exit(Place model) {
        return null;
    }
}
