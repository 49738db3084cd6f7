package norma.embeddings;

import java.util.List;
import java.util.Optional;

/// The options of an encoder: `Options.DEFAULT.threads(2).maxTokens(128)`.
///
/// @param threads that share the work of a call, the caller's own among them
/// @param maxTokens longer texts are cut; 0 for as many as the model says
/// @param pooling of the tokens' vectors; the results of several stand one behind the other; empty for what the model says
/// @param dimensions how many of a vector's first elements are kept, 0 for all: for models that were trained for it
///        (Matryoshka; Kusupati et al. 2022, arXiv 2205.13147)
/// @param unit whether vectors get length 1, so that their dot product is their cosine
/// @param queryPrefix put in front of queries; empty for the one that the model says
/// @param passagePrefix put in front of passages; empty for the one that the model says
public record Options(int threads, int maxTokens, List<Pooling> pooling, int dimensions, boolean unit,
        Optional<String> queryPrefix, Optional<String> passagePrefix) {

    /// A thread for each processor; everything else as the model says, with vectors of length 1.
    public static final Options DEFAULT =
            new Options(Runtime.getRuntime().availableProcessors(), 0, List.of(), 0,
                    true, Optional.empty(), Optional.empty());

    /// Checks the numbers and copies the list.
    public Options {
        pooling = List.copyOf(pooling);
        if (threads < 1 || maxTokens < 0 || dimensions < 0) {
            throw new IllegalArgumentException(
                    "Options: threads must be at least 1, maxTokens and dimensions at least 0; got %d, %d, %d"
                            .formatted(threads, maxTokens, dimensions));
        }
    }

    /// With another number of threads.
    public Options threads(int threads) {
        return new Options(threads, maxTokens, pooling, dimensions, unit, queryPrefix, passagePrefix);
    }

    /// With another limit of a text's length.
    public Options maxTokens(int maxTokens) {
        return new Options(threads, maxTokens, pooling, dimensions, unit, queryPrefix, passagePrefix);
    }

    /// With another pooling, or with several.
    public Options pooling(Pooling... pooling) {
        return new Options(threads, maxTokens, List.of(pooling), dimensions, unit, queryPrefix, passagePrefix);
    }

    /// With vectors of so many elements.
    public Options dimensions(int dimensions) {
        return new Options(threads, maxTokens, pooling, dimensions, unit, queryPrefix, passagePrefix);
    }

    /// With vectors of length 1 or as they are.
    public Options unit(boolean unit) {
        return new Options(threads, maxTokens, pooling, dimensions, unit, queryPrefix, passagePrefix);
    }

    /// With prefixes, as E5 was trained with: `prefixes("query: ", "passage: ")`.
    public Options prefixes(String query, String passage) {
        return new Options(threads, maxTokens, pooling, dimensions, unit, Optional.of(query),
                Optional.of(passage));
    }
}
