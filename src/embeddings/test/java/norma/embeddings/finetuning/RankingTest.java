package norma.embeddings.finetuning;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import norma.embeddings.finetuning.Example.Judged;
import norma.tokenizer.Encoding;
import org.junit.jupiter.api.Test;

/// What scores of passages are worth, by hand.
class RankingTest {

    private static Judged judged(String query, float relevance) {
        return new Judged(query, new Encoding(new int[1], new int[1], new int[1], new int[1]), relevance);
    }

    /// In query a the answer is second, in b first; in c there is none, and in d all are equal.
    @Test
    void theFirstAnswerOfEachQuery() {
        List<Judged> examples =
                List.of(judged("a", 0), judged("a", 1), judged("b", 0.2f), judged("b", 0.7f), judged("c", 0),
                        judged("d", 1), judged("d", 0), judged("d", 0));
        double[] scores = {3, 2, 1, 5, 9, 4, 4, 4};
        assertEquals((1 / 2.0 + 1 + 1 / 3.0) / 3, RerankLoss.measure(examples, scores).get("MRR"), 1e-12);
    }

    @Test
    void averagePrecisionOfAKnownOrder() {
        // hits at ranks 1 and 3: (1/1 + 2/3) / 2
        List<Judged> examples = List.of(judged("a", 1), judged("a", 0), judged("a", 1), judged("a", 0));
        assertEquals((1 + 2 / 3.0) / 2,
                RerankLoss.measure(examples, new double[] {4, 3, 2, 1}).get("average precision"), 1e-12);
    }
}
