package norma.golden;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import norma.nn.Layer;
import norma.nn.Weight;

/// The table of all methods that golden vectors are about: a name, and how a case of it is built from the engine's public parts
/// and run. Each family has its lines in a file of its own.
final class Methods {
    private static final Methods ALL = new Methods()
            .with(FeatureNorms.METHODS)
            .with(ChannelNorms.METHODS)
            .with(ConditionalNorms.METHODS)
            .with(WeightNorms.METHODS)
            .with(AdaptiveNormFormers.METHODS)
            .with(TransformerBlocks.METHODS)
            .with(ResidualPlacements.METHODS)
            .with(GradientMethods.METHODS);

    private final Map<String, Consumer<GoldenCase>> table = new LinkedHashMap<>();

    /// How a case of that method is computed.
    static Consumer<GoldenCase> named(String name) {
        Consumer<GoldenCase> method = ALL.table.get(name);
        if (method == null) {
            throw new GoldenCase.Unsupported("no method " + name);
        }
        return method;
    }

    /// A method that does all of it by itself.
    Methods add(String name, Consumer<GoldenCase> method) {
        if (table.put(name, method) != null) {
            throw new IllegalArgumentException(
                    "Methods: each must have a name of its own; %s comes twice".formatted(name));
        }
        return this;
    }

    /// A norm, or another layer: y = layer(x).
    Methods layer(String name, Function<GoldenCase, Layer> layer) {
        return add(name, c -> c.output(layer.apply(c)));
    }

    /// A weight: y = W.
    Methods weight(String name, Function<GoldenCase, Weight> weight) {
        return add(name, c -> c.output("y", weight.apply(c).value()));
    }

    private Methods with(Methods family) {
        family.table.forEach(this::add);
        return this;
    }
}
