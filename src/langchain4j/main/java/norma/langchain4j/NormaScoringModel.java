package norma.langchain4j;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.scoring.ScoringModel;
import java.util.ArrayList;
import java.util.List;
import norma.embeddings.CrossEncoder;

/// A [CrossEncoder] as langchain4j's `ScoringModel`: how well each text answers a query.
///
/// @param encoder may be used by others too; whoever loaded it closes it
public record NormaScoringModel(CrossEncoder encoder) implements ScoringModel {

    @Override
    public Response<List<Double>> scoreAll(List<TextSegment> segments, String query) {
        var scores = new ArrayList<Double>();
        for (float score : encoder.scores(query, segments.stream().map(TextSegment::text).toList())) {
            scores.add((double) score);
        }
        return Response.from(scores);
    }
}
