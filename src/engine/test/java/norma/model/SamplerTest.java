package norma.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import norma.catalogue.NormEntry;
import norma.catalogue.Norms;
import norma.catalogue.Placements;
import norma.model.Sampler.Choice;
import norma.nn.Cache;
import norma.nn.Context;
import norma.nn.Param;
import norma.nn.Rotary;
import norma.tensor.Indices;
import norma.tensor.Seed;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Reading token by token gives what reading at once gives, for every norm in every placement; and texts depend on the seed
/// only.
class SamplerTest {
    private static final int VOCABULARY = 11;
    private static final int CONTEXT = 8;
    private static final int[] PROMPT = {3, 1, 4, 1, 5};

    static Stream<Arguments> normsAndPlacements() {
        List<String> more =
                List.of("normformer_adaptive{tied=true}", "normformer_adaptive{tied=true, shared=false, depth=2}",
                        "normformer_adaptive{bottleneck=true, rotary=true, heads=2, width=4}");
        // one feature of eight, the default of prms_norm, can be anything near 0
        Stream<String> norms = Norms.all().stream().map(NormEntry::name)
                .map(name -> name.equals("prms_norm") ? "prms_norm{p=0.75}" : name);
        return Stream.concat(norms, more.stream()).flatMap(norm -> Placements.all().stream().map(Placements.Entry::name)
                .filter(place -> Placements.named(place).incompatibility(norm).isEmpty())
                .flatMap(place -> Stream.of(false, true).map(rotary -> Arguments.of(norm, place, rotary))));
    }

    @ParameterizedTest
    @MethodSource("normsAndPlacements")
    void cachedLogitsAreThoseOfAFullPass(String norm, String placement, boolean rotary) {
        Gpt model = model(norm, placement, rotary);
        int[] ids = {7, 0, 2, 9, 9, 4, 1, 8, 6, 6, 3, 2, 5, 10, 0, 1};
        float[] expected = model.logits(Indices.of(ids, 2, CONTEXT), Context.NONE).toArray();
        var cache = new Cache();
        float[] actual = new float[expected.length];
        for (int from = 0, to = 3; from < CONTEXT; from = to, to++) { // three tokens at once, then each alone
            read(model, ids, cache, from, to, actual);
        }
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], 1e-5 * (1 + Math.abs(expected[i])), "element " + i);
        }
    }

    private static void read(Gpt model, int[] ids, Cache cache, int from, int to, float[] into) {
        int[] part =
                IntStream.range(0, 2).flatMap(b -> Arrays.stream(ids, b * CONTEXT + from, b * CONTEXT + to)).toArray();
        Tensor logits = model.logits(Indices.of(part, 2, to - from), Context.cached(cache));
        int run = (to - from) * VOCABULARY;
        for (int b = 0; b < 2; b++) {
            System.arraycopy(logits.toArray(), b * run, into, (b * CONTEXT + from) * VOCABULARY, run);
        }
    }

    @Test
    void greedyTextIsWhatFullPassesSayAcrossAFullContext() {
        Gpt model = model("rms_norm", "pre", false);
        int[] text = Arrays.copyOf(PROMPT, 30);
        var sampler = new Sampler(model, PROMPT, Choice.greedy());
        int start = 0;
        for (int end = PROMPT.length; end < text.length; end++) {
            Tensor logits =
                    model.logits(Indices.of(Arrays.copyOfRange(text, start, end), 1, end - start), Context.NONE);
            text[end] = sampler.next();
            float[] last = logits.slice(1, end - start - 1, end - start).toArray();
            assertEquals(
                    IntStream.range(0, VOCABULARY).boxed().max((a, b) -> Float.compare(last[a], last[b])).orElseThrow(),
                    text[end], "token " + end);
            start = end - start == CONTEXT ? end - CONTEXT / 2 : start;
        }
    }

    @Test
    void theSameSeedGivesTheSameText() {
        assertArrayEquals(sample(1, 0, 5, 40), sample(1, 0, 5, 40));
        assertNotEquals(Arrays.toString(sample(1, 0, 5, 40)), Arrays.toString(sample(1, 0, 6, 40)));
    }

    @Test
    void theMostLikelyTokenIsTopOneAndTheLimitOfLowTemperatures() {
        assertArrayEquals(sample(0, 0, 1, 20), sample(1, 1, 2, 20));
        assertArrayEquals(sample(0, 0, 1, 20), sample(1e-6, 0, 3, 20));
    }

    @Test
    void tokensComeAsOftenAsTheirProbabilitySays() {
        Gpt model = model("layer_norm", "post", true);
        float[] logits = new Sampler(model, PROMPT, Choice.of(1)).logits();
        double sum = IntStream.range(0, VOCABULARY).mapToDouble(i -> Math.exp(logits[i])).sum();
        int[] count = new int[VOCABULARY];
        int draws = 4000;
        for (int seed = 0; seed < draws; seed++) {
            count[new Sampler(model, PROMPT, Choice.of(1).withSeed(seed)).next()]++;
        }
        for (int i = 0; i < VOCABULARY; i++) {
            double p = Math.exp(logits[i]) / sum;
            assertEquals(p, count[i] / (double) draws, 5 * Math.sqrt(p * (1 - p) / draws) + 1e-9, "token " + i);
        }
    }

    /// The seeds draw every token that the plain computation allows, as often as it says, and no other.
    @ParameterizedTest
    @CsvSource({"1, 0, 0.5, 1", "0.7, 0, 0.9, 1", "1, 4, 0.8, 1", "1, 0, 1, 3", "1.3, 5, 0.7, 2", "1, 0, 1e-9, 1.5"})
    void topPAndThePenaltyAreThoseOfAPlainComputation(double temperature, int topK, double topP, double penalty) {
        Gpt model = model("layer_norm", "post", true);
        Choice choice = Choice.of(temperature).withTopK(topK).withTopP(topP).withRepetitionPenalty(penalty);
        double[] p = plain(new Sampler(model, PROMPT, choice).logits(), choice);
        int[] count = new int[VOCABULARY];
        int draws = 2000;
        for (int seed = 0; seed < draws; seed++) {
            count[new Sampler(model, PROMPT, choice.withSeed(seed)).next()]++;
        }
        for (int i = 0; i < VOCABULARY; i++) {
            assertEquals(p[i], count[i] / (double) draws, 5 * Math.sqrt(p[i] * (1 - p[i]) / draws) + 1e-9,
                    "token " + i);
        }
    }

    private static double[] plain(float[] logits, Choice choice) {
        double[] p = new double[VOCABULARY];
        for (int i = 0; i < VOCABULARY; i++) {
            int token = i;
            boolean seen = Arrays.stream(PROMPT).anyMatch(id -> id == token);
            double factor = !seen ? 1 : logits[i] < 0 ? choice.repetitionPenalty() : 1 / choice.repetitionPenalty();
            p[i] = Math.exp(logits[i] * factor / choice.temperature());
        }
        List<Integer> order =
                IntStream.range(0, VOCABULARY).boxed().sorted((a, b) -> Double.compare(p[b], p[a])).toList();
        int k = choice.topK() == 0 ? VOCABULARY : choice.topK();
        double kept = order.stream().limit(k).mapToDouble(i -> p[i]).sum();
        double nucleus = 0;
        for (int rank = 0; rank < VOCABULARY; rank++) {
            int token = order.get(rank);
            boolean drawn = rank < k && nucleus < choice.topP() * kept;
            nucleus += drawn ? p[token] : 0;
            p[token] = drawn ? p[token] : 0;
        }
        double sum = Arrays.stream(p).sum();
        return Arrays.stream(p).map(x -> x / sum).toArray();
    }

    @Test
    void aHighPenaltyKeepsAGreedyTextFromRepeating() {
        Gpt model = model("layer_norm", "pre", false);
        var sampler = new Sampler(model, new int[] {3}, Choice.greedy().withRepetitionPenalty(1e9));
        long different = IntStream.range(0, CONTEXT - 1).map(_ -> sampler.next()).distinct().count();
        assertTrue(different > 3, different + " different tokens"); // logits of seen tokens are 0 or very low
    }

    @Test
    void aChoiceIsWhatWasNamed() {
        assertEquals(new Choice(0.5, 3, 0.9, 1.2, 7), Choice.greedy().withTemperature(0.5).withTopK(3).withTopP(0.9)
                .withRepetitionPenalty(1.2).withSeed(7));
        Seed.set(1);
        Choice first = Choice.of(1);
        assertNotEquals(first, Choice.of(1));
        Seed.set(1);
        assertEquals(first, Choice.of(1));
    }

    @Test
    void longPromptsAndTheShortestContextWork() {
        Gpt model = Gpt.of(GptConfig.of(VOCABULARY, 1, 4, 1, 1), 1);
        var sampler = new Sampler(model, PROMPT, Choice.of(1).withTopK(3));
        assertTrue(IntStream.range(0, 5).map(_ -> sampler.next()).allMatch(token -> token >= 0 && token < VOCABULARY));
    }

    @Test
    void refusesWhatMakesNoSense() {
        Gpt model = model("layer_norm", "pre", false);
        var choice = Choice.of(1);
        assertThrows(IllegalArgumentException.class, () -> Choice.of(-1));
        assertThrows(IllegalArgumentException.class, () -> Choice.of(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> Choice.of(1).withTopK(-1));
        for (double topP : new double[] {0, -0.1, 1.01, Double.NaN}) {
            assertThrows(IllegalArgumentException.class, () -> choice.withTopP(topP));
        }
        for (double penalty : new double[] {0, 0.9, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThrows(IllegalArgumentException.class, () -> choice.withRepetitionPenalty(penalty));
        }
        assertThrows(IllegalArgumentException.class, () -> new Sampler(model, new int[0], choice));
        assertThrows(IllegalArgumentException.class, () -> new Sampler(model, new int[] {VOCABULARY}, choice));
        model.tokens().table().value().fill(Float.NaN);
        assertThrows(IllegalStateException.class, () -> new Sampler(model, PROMPT, choice).next());
    }

    private static int[] sample(double temperature, int topK, long seed, int count) {
        var sampler = new Sampler(model("layer_norm", "pre", false), PROMPT,
                Choice.of(temperature).withTopK(topK).withSeed(seed));
        return IntStream.range(0, count).map(_ -> sampler.next()).toArray();
    }

    /// A model all of whose parameters have some value of their own, as after training.
    private static Gpt model(String norm, String placement, boolean rotary) {
        GptConfig config = Texts.with(GptConfig.of(VOCABULARY, CONTEXT, 8, 2, 2), norm, placement);
        Gpt model = Gpt.of(rotary ? config.with(Rotary.HALVES) : config, 1);
        var random = new SplittableRandom(2);
        for (Param param : model.params().values()) {
            float[] values = param.value().data().array();
            for (int i = 0; i < values.length; i++) {
                values[i] += (float) (0.1 * random.nextGaussian());
            }
        }
        return model;
    }
}
