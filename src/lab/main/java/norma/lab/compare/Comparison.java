package norma.lab.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import norma.lab.run.Measurements;

/// The results of a comparison, as they are written to `results.json`.
///
/// @param settings how it was done
/// @param arms one summary for each arm
/// @param refused pairs that make no model
/// @param trials every run
record Comparison(Settings settings, List<Summary> arms, List<Refusal> refused, List<Trial> trials) {

    /// A norm and a placement that make no model together.
    record Refusal(String norm, String placement, String reason) {
    }

    /// How it was done.
    record Settings(String version, String date, String corpus, String tokenizer, int vocabulary, long trainTokens,
            long validationTokens, long measuredTokens, int dim, int layers, int heads, int hidden, int context,
            int batch,
            int accumulation, long steps, double rate, long warmup, double decay, double clip, long seed, int seeds,
            String kernels, int threads, String jdk, String cpu, double seconds) {

        long tokensPerStep() {
            return (long) batch * context * accumulation;
        }
    }

    /// One arm over all its seeds.
    ///
    /// @param name of the arm
    /// @param norm its norm
    /// @param options of the norm, or an empty text
    /// @param placement where it stands
    /// @param hidden feed-forward width F
    /// @param parameters learned values
    /// @param tokensPerSecond in training: of the median step, first ones left out
    /// @param validationLoss nats per token at the end, mean over the seeds that finished
    /// @param spread standard deviation over them
    /// @param seeds the loss of each seed; NaN if it diverged
    /// @param difference to the first arm: mean of the differences seed by seed
    /// @param differenceSpread standard deviation of these differences
    /// @param diverged how many seeds diverged
    /// @param end `finished`, or where it diverged
    record Summary(String name, String norm, String options, String placement, int hidden, long parameters,
            double tokensPerSecond, double validationLoss, double spread, double[] seeds, double difference,
            double differenceSpread, int diverged, String end) {
    }

    /// The summaries of trials.
    static Comparison of(Settings settings, List<Arm> arms, List<Refusal> refused, List<Trial> trials) {
        var summaries = new ArrayList<Summary>();
        double[] first = losses(arms.getFirst(), trials);
        for (Arm arm : arms) {
            double[] losses = losses(arm, trials);
            double[] differences = losses.clone();
            Arrays.setAll(differences, i -> losses[i] - first[i]);
            var difference = new Measurements(differences);
            var loss = new Measurements(losses);
            List<Trial> its = of(arm, trials);
            summaries.add(new Summary(arm.name(), arm.norm(), arm.options(), arm.pair().placement(),
                    arm.config().hidden(),
                    arm.parameters(), settings.tokensPerStep() / medianSeconds(its), loss.mean(), loss.deviation(),
                    losses,
                    difference.mean(), difference.deviation(), (int) its.stream().filter(t -> !t.finished()).count(),
                    end(its)));
        }
        return new Comparison(settings, summaries, refused, trials);
    }

    private static List<Trial> of(Arm arm, List<Trial> trials) {
        return trials.stream().filter(trial -> trial.arm().equals(arm.name()))
                .sorted(Comparator.comparingLong(Trial::seed)).toList();
    }

    private static double[] losses(Arm arm, List<Trial> trials) {
        return of(arm, trials).stream().mapToDouble(Trial::validationLoss).toArray();
    }

    /// Of all steps of all seeds but the first of each run, while Java still compiles: a tenth, and twenty if there are.
    private static double medianSeconds(List<Trial> trials) {
        var seconds = new ArrayList<Double>();
        for (Trial trial : trials) {
            int all = trial.seconds().length;
            for (int i = Math.max(all / 10, Math.min(20, all / 2)); i < all; i++) {
                seconds.add(trial.seconds()[i]);
            }
        }
        return Measurements.of(seconds).median();
    }

    private static String end(List<Trial> trials) {
        List<String> steps = trials.stream().filter(t -> !t.finished()).map(t -> Long.toString(t.steps())).toList();
        return steps.isEmpty() ? "finished"
                : "%d of %d diverged, at step %s".formatted(steps.size(), trials.size(), String.join(", ", steps));
    }

    /// Whether no run diverged.
    boolean allFinished() {
        return trials.stream().allMatch(Trial::finished);
    }

    /// All but the curves, for standard output.
    Brief withoutCurves() {
        return new Brief(settings, arms, refused);
    }

    /// A comparison without its curves.
    record Brief(Settings settings, List<Summary> arms, List<Refusal> refused) {
    }
}
