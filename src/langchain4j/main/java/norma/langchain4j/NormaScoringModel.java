package norma.langchain4j;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.scoring.ScoringModel;
import java.util.ArrayList;
import java.util.List;
import norma.embeddings.CrossEncoder;

/// A [CrossEncoder] as langchain4j's `ScoringModel`: how well each text answers a query.
///
/// @param encoder may be used by others too; it is closed with this model, if anybody closes that
public record NormaScoringModel(CrossEncoder encoder) implements ScoringModel, AutoCloseable {

    @Override
    public Response<List<Double>> scoreAll(List<TextSegment> segments, String query) {
        var scores = new ArrayList<Double>();
        for (float score : encoder.scores(query, segments.stream().map(TextSegment::text).toList())) {
            scores.add((double) score);
        }
        return Response.from(scores);
    }

    /// Closes the encoder. Calls under way come to their end; later ones throw `IllegalStateException`.
    @Override
    public void close() {
        encoder.close();
    }
}
