package norma.lab.plot;

import norma.nn.Linear;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.norm.weight.WeightNorm;
import norma.optim.Schedule;
import norma.optim.Sgd;
import norma.tensor.Tensor;
import norma.train.Listener;
import norma.train.Objective;
import norma.train.TrainConfig;
import norma.train.TrainStep;

/// v grows with each step of gradient descent, faster at higher rates, which lowers the effective rate.
final class WeightNormPlot {
    private static final int IN = 32, OUT = 8, BATCH = 64, STEPS = 100;

    static Figure figure() {
        double[] steps = Numbers.range(0, STEPS);
        var figure = new Figure("Gradient descent on a regression with noise", "step", "mean length ‖v‖ of a row");
        for (double rate : new double[] {0.1, 0.5, 2, 5}) {
            figure.line("rate " + rate, steps, lengths(rate));
        }
        return figure;
    }

    private static double[] lengths(double rate) {
        Param v = Param.weight(Numbers.normal("v", OUT, IN).multiply((float) (1 / Math.sqrt(IN))));
        var layer = Linear.of(WeightNorm.of(v));
        Tensor truth = Numbers.normal("truth", OUT, IN);
        var training = new TrainStep<>(Objective.<Long>of(layer, step -> loss(layer, truth, step)),
                Sgd.of(layer, rate), step -> step, TrainConfig.of(STEPS, Schedule.constant(), 0, 0), Listener.SILENT);
        double[] lengths = new double[STEPS + 1];
        for (int step = 0; step <= STEPS; step++) {
            lengths[step] = v.value().detach().norm(-1).mean().item();
            training.run(step);
        }
        return lengths;
    }

    private static Tensor loss(Linear layer, Tensor truth, long step) {
        Tensor x = Numbers.normal("x" + step, BATCH, IN);
        Tensor y = Linear.apply(x, truth).add(Numbers.normal("noise" + step, BATCH, OUT));
        return layer.forward(x).subtract(y).square().mean();
    }
}
