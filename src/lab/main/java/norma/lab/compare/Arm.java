package norma.lab.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import norma.catalogue.Norms;
import norma.catalogue.Placements;
import norma.model.Gpt;
import norma.model.GptConfig;
import norma.nn.ParameterTree;
import norma.norm.NormSpec;

/// One of the models that are compared. All have the same size and the same parameter budget.
///
/// @param name short, for tables and legends
/// @param pair norm and placement
/// @param config the model, norm and placement included
/// @param parameters how many it learns
record Arm(String name, Pair pair, GptConfig config, long parameters) {

    /// An arm whose number of parameters differs by no more than this share from that of the first one keeps its
    /// feed-forward width: NormFormer's extra gains are 0.6 % at D = 128.
    static final double FREE = 0.01;

    /// An arm whose width is changed ends at most this share above the first one.
    static final double TOLERANCE = 0.005;

    private static final String ADAPTIVE = "normformer_adaptive";

    /// A norm in a placement.
    ///
    /// @param norm with options
    /// @param placement where it stands
    record Pair(String norm, String placement) {
        /// Checks both, each for itself.
        Pair {
            Norms.any(norm, true);
            Placements.named(placement);
        }

        /// Why the two make no model together, if they don't.
        Optional<String> incompatibility() {
            return Placements.named(placement).incompatibility(norm);
        }

        private GptConfig in(GptConfig model) {
            Placements.Entry entry = Placements.named(placement);
            return model.with(entry.norm(norm), entry.placement());
        }

        private String name() {
            return Placements.named(placement).placement().takesNorm() ? placement + "-" + norm : placement;
        }
    }

    private static final List<Pair> USUAL = List.of(new Pair("layer_norm", "pre"), new Pair("layer_norm", "post"),
            new Pair("rms_norm", "pre"), new Pair("layer_norm", "normformer"), new Pair(ADAPTIVE, "pre"));

    private static final Map<Pair, String> NAMES = Map.of(USUAL.get(0), "pre-LN", USUAL.get(1), "post-LN", USUAL.get(2),
            "pre-RMS", USUAL.get(3), "NormFormer", USUAL.get(4), "adaptive");

    /// Every norm in every placement; where nothing is named, the five that are usually compared.
    ///
    /// @param norms with options, or none for what each placement usually has
    /// @param placements or none
    static List<Pair> pairs(List<String> norms, List<String> placements) {
        if (norms.isEmpty() && placements.isEmpty()) {
            return USUAL;
        }
        var pairs = new ArrayList<Pair>();
        if (norms.isEmpty()) {
            placements.forEach(place -> pairs.add(new Pair(Placements.named(place).usualNorm(), place)));
        }
        for (String norm : norms) {
            for (String placement : placements.isEmpty() ? List.of("pre") : placements) {
                pairs.add(new Pair(norm, placement));
            }
        }
        return pairs.stream().distinct().toList();
    }

    /// One arm for each pair, all with the budget of the first.
    ///
    /// @param model what all arms share
    static List<Arm> of(List<Pair> pairs, GptConfig model) {
        var arms = new ArrayList<Arm>();
        for (Pair asked : pairs) {
            var pair = new Pair(withBottleneck(asked.norm(), model.dim()), asked.placement());
            GptConfig whole = pair.in(model).withUnitEmbeddings(true);
            String name = NAMES.getOrDefault(asked, asked.name());
            GptConfig config = arms.isEmpty() ? whole : fit(whole, arms.getFirst().parameters(), name);
            arms.add(new Arm(name, pair, config, count(config)));
        }
        return arms;
    }

    /// Below D = 128 an adaptive norm runs at full width unless told otherwise, and is then larger than the model around
    /// it.
    private static String withBottleneck(String norm, int dim) {
        return norm.equals(ADAPTIVE) && dim < 128 ? norm + "{bottleneck=true}" : norm;
    }

    /// The same model with the feed-forward width that brings it nearest to the budget, if it is far from it.
    private static GptConfig fit(GptConfig whole, long budget, String name) {
        long parameters = count(whole);
        if (Math.abs(parameters - budget) <= budget * FREE) {
            return whole;
        }
        long each = count(withHidden(whole, whole.hidden() + 1)) - parameters;
        long hidden = whole.hidden() + Math.round((budget - parameters) / (double) each);
        if (parameters + (hidden - whole.hidden()) * each > budget * (1 + TOLERANCE)) {
            hidden--;
        }
        if (hidden < 1) {
            throw new IllegalArgumentException(("%s must fit into the %,d parameters of the first arm; without any "
                    + "feed-forward layer it has %,d; make --dim larger, or its options cheaper, such as "
                    + "{bottleneck=true, width=8}").formatted(name, budget, parameters - whole.hidden() * each));
        }
        return withHidden(whole, (int) hidden);
    }

    private static GptConfig withHidden(GptConfig config, int hidden) {
        return config.with(config.transformer().feedForward().withHidden(hidden));
    }

    private static long count(GptConfig config) {
        return ParameterTree.of(Gpt.of(config, 0)).size();
    }

    /// The norm's name without its options.
    String norm() {
        return NormSpec.parse(pair.norm(), true).name();
    }

    /// The norm's options, as written.
    String options() {
        return pair.norm().substring(norm().length());
    }
}
