package norma.model;

import java.util.Optional;
import norma.nn.Context;
import norma.nn.Embedding;
import norma.nn.Identity;
import norma.nn.Layer;
import norma.nn.LayerSource;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.norm.NormFactory;
import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// From tokens to what a stack of blocks reads: x = P N(token + position + segment), of which any summand, the norm N and the linear
/// layer P may be absent.
///
/// Shapes: ids and segments (B, T), result (B, T, D).
///
/// @param tokens embedding (V, E)
/// @param positions embedding (positions, E), if positions have one
/// @param firstPosition the row of a text's first token
/// @param types embedding (types, E), if segments have one
/// @param norm of the sum, or [Identity]
/// @param projection from E to D, or [Identity]
public record TextEmbedding(Embedding tokens, Optional<Embedding> positions, int firstPosition,
        Optional<Embedding> types, Layer norm, Layer projection) implements Parameterized {

    /// The choices that make a [TextEmbedding].
    ///
    /// @param vocabulary V
    /// @param width E
    /// @param positions rows of the table of positions, 0 for none
    /// @param firstPosition the row of a text's first token
    /// @param types how many kinds of segments it knows, 0 for none
    /// @param scale on tokens
    /// @param norm of the sum, if it has one
    /// @param projected whether a linear layer leads from E to D (ALBERT, arXiv 1909.11942)
    public record Config(int vocabulary, int width, int positions, int firstPosition, int types, float scale,
            Optional<NormFactory> norm, boolean projected) {

        /// Checks the sizes.
        public Config {
            if (vocabulary < 1 || width < 1 || positions < 0 || types < 0) {
                throw new IllegalArgumentException(
                        "Bert: sizes must be positive; got vocabulary %d, width %d, positions %d, types %d".formatted(
                                vocabulary, width, positions, types));
            }
            if (firstPosition < 0 || positions > 0 && firstPosition >= positions) {
                throw new IllegalArgumentException("Bert: the first position must be one of %d; got %d"
                        .formatted(positions, firstPosition));
            }
        }

        /// Tokens only.
        public static Config of(int vocabulary, int width) {
            return new Config(vocabulary, width, 0, 0, 0, 1, Optional.empty(), false);
        }

        /// With a table of positions.
        public Config withPositions(int positions, int firstPosition) {
            return new Config(vocabulary, width, positions, firstPosition, types, scale, norm, projected);
        }

        /// With a table of segments, or none for 0.
        public Config withTypes(int types) {
            return new Config(vocabulary, width, positions, firstPosition, types, scale, norm, projected);
        }

        /// With a factor on tokens.
        public Config withScale(float scale) {
            return new Config(vocabulary, width, positions, firstPosition, types, scale, norm, projected);
        }

        /// With a norm of the sum.
        public Config with(NormFactory norm) {
            return new Config(vocabulary, width, positions, firstPosition, types, scale, Optional.of(norm), projected);
        }

        /// With a linear layer behind the norm.
        public Config withProjection() {
            return new Config(vocabulary, width, positions, firstPosition, types, scale, norm, true);
        }

        /// How many tokens have a position.
        public int maxTokens() {
            return positions - firstPosition;
        }
    }

    /// Layers from a source.
    static TextEmbedding of(Config c, int dim, double std, LayerSource source) {
        Layer norm = c.norm().<Layer>map(f -> source.at("norm").make(init -> f.plain().create(init, c.width())))
                .orElseGet(Identity::new);
        return new TextEmbedding(source.at("tokens").embedding(c.vocabulary(), c.width(), std, c.scale()),
                table(source.at("positions"), c.positions(), c.width(), std), c.firstPosition(),
                table(source.at("types"), c.types(), c.width(), std), norm,
                c.projected() ? source.at("projection").linear(c.width(), dim, std) : new Identity());
    }

    private static Optional<Embedding> table(LayerSource source, int rows, int width, double std) {
        return rows == 0 ? Optional.empty() : Optional.of(source.embedding(rows, width, std, 1));
    }

    /// What the stack reads.
    Tensor forward(Indices ids, Indices segments, Context context) {
        Tensor x = tokens.forward(ids);
        if (positions.isPresent()) {
            int[] places = context.positions(firstPosition, ids.shape().dim(1));
            x = x.add(positions.get().forward(new Indices(places, Shape.of(places.length))));
        }
        if (types.isPresent()) {
            x = x.add(types.get().forward(segments));
        }
        return projection.forward(norm.forward(x, context), context);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("tokens", tokens);
        positions.ifPresent(table -> tree.add("positions", table));
        types.ifPresent(table -> tree.add("types", table));
        tree.add("norm", norm).add("projection", projection);
    }
}
