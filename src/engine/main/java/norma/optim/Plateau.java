package norma.optim;

import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.tensor.Tensor;

/// A rate that is reduced when the validation loss no longer falls: the factor is multiplied by gamma once more than `patience`
/// validations in a row were no better than (1 - threshold) times the best one, then counting begins anew.
///
/// One run has one of these: it remembers what it has heard. A trainer tells it the losses of its regular validations, every
/// [validateEvery][norma.train.TrainConfig#validateEvery] steps, and keeps in checkpoints what it remembers, so a resumed run has the
/// same rates. In a loop of one's own:
///
/// ```java
/// Plateau plateau = Plateau.of();
/// ...
/// optimizer.step(plateau.factor(step), 1);
/// ...
/// plateau.validated(step, loss);
/// ```
public final class Plateau implements Schedule {

    /// The constants.
    ///
    /// @param gamma factor of a reduction, in [0, 1)
    /// @param patience validations without a better loss that are borne
    /// @param threshold how much better than the best a loss must be, as a share of it, in [0, 1)
    /// @param cooldown validations after a reduction that don't count
    public record Config(double gamma, int patience, double threshold, int cooldown) {
        /// As PyTorch has them: 0.1, 10, 1e-4, 0.
        public static final Config STANDARD = new Config(0.1, 10, 1e-4, 0);

        /// Checks the numbers.
        public Config {
            Bounds.requireWeight("Plateau", "gamma", gamma);
            Bounds.require(patience >= 0, "Plateau", "patience", "not negative", patience);
            Bounds.requireWeight("Plateau", "threshold", threshold);
            Bounds.require(cooldown >= 0, "Plateau", "cooldown", "not negative", cooldown);
        }
    }

    private final Config config;
    private final Param best = Param.buffer(Tensor.scalar(Float.POSITIVE_INFINITY));
    private final Param waited = Param.buffer(Tensor.scalar(0));
    private final Param cooling = Param.buffer(Tensor.scalar(0));
    private final Param reductions = Param.buffer(Tensor.scalar(0));
    private final Param heard = Param.buffer(Tensor.scalar(-1));

    private Plateau(Config config) {
        this.config = config;
    }

    /// One with [Config#STANDARD].
    public static Plateau of() {
        return of(Config.STANDARD);
    }

    /// One that has heard nothing yet.
    public static Plateau of(Config config) {
        return new Plateau(config);
    }

    @Override
    public double factor(long step) {
        return Math.pow(config.gamma(), value(reductions));
    }

    @Override
    public boolean needsValidation() {
        return true;
    }

    /// A loss that is NaN is no better than any other.
    @Override
    public void validated(long step, double loss) {
        if (step <= value(heard)) {
            throw new IllegalStateException(
                    "Plateau: must hear of later steps than before; got step %d after step %.0f; one run has one Plateau"
                            .formatted(step, value(heard)));
        }
        set(heard, step);
        boolean better = (float) loss < toBeat();
        if (better) {
            set(best, loss);
        }
        count(better);
    }

    private double toBeat() {
        double loss = value(best);
        return Double.isInfinite(loss) ? loss : loss - config.threshold() * Math.abs(loss);
    }

    private void count(boolean better) {
        boolean cool = value(cooling) > 0;
        set(cooling, Math.max(0, value(cooling) - 1));
        set(waited, better || cool ? 0 : value(waited) + 1);
        if (value(waited) > config.patience()) {
            set(reductions, value(reductions) + 1);
            set(cooling, config.cooldown());
            set(waited, 0);
        }
    }

    private static double value(Param param) {
        return param.value().item();
    }

    private static void set(Param param, double value) {
        param.value().fill((float) value);
    }

    /// Lists what it has heard.
    @Override
    public void register(ParameterTree tree) {
        tree.add("best", best).add("waited", waited).add("cooling", cooling).add("reductions", reductions).add("heard",
                heard);
    }
}
