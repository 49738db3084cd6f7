package norma.embeddings.finetuning;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import norma.embeddings.TrainableCrossEncoder;
import norma.embeddings.finetuning.Example.Judged;
import norma.nn.Losses;
import norma.nn.ParameterTree;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Gives a query with a passage a logit z that says whether the passage answers it. With relevance r and p = sigmoid(z),
///
///     loss = mean_i - r_i log p_i - (1 - r_i) log(1 - p_i)
///
/// What sentence-transformers calls BinaryCrossEntropyLoss of a CrossEncoder (Nogueira & Cho 2019, arXiv 1901.04085).
///
/// @param encoder with one label
public record RerankLoss(TrainableCrossEncoder encoder) implements Measured<Judged> {

    /// Checks the number of labels.
    public RerankLoss {
        if (encoder.labels() != 1) {
            throw new IllegalArgumentException(
                    "RerankLoss: the cross encoder must have one label, whose logit is the score; got %d; make a new head: TrainableCrossEncoder.of(encoder, 1, init)"
                            .formatted(encoder.labels()));
        }
    }

    @Override
    public Tensor loss(List<Judged> batch) {
        Tensor logits = encoder.forward(batch.stream().map(Judged::pair).toList()).reshape(batch.size());
        float[] relevance = new float[batch.size()];
        for (int i = 0; i < relevance.length; i++) {
            relevance[i] = batch.get(i).relevance();
        }
        return Losses.binaryCrossEntropy(logits, Tensor.of(Shape.of(relevance.length), relevance));
    }

    @Override
    public SequencedMap<String, Double> measure(List<Judged> examples) {
        float[][] logits = Rows.of(examples.stream().map(Judged::pair).toList(), encoder::forward);
        return measure(examples, IntStream.range(0, logits.length).mapToDouble(i -> logits[i][0]).toArray());
    }

    /// How well any scores rank the passages: average precision over all of them, and the mean over queries of 1 / rank of their first
    /// answer (MRR). Relevance from 0.5 on is an answer; queries without one don't count; among equals an answer counts as the last.
    ///
    /// @param scores one for each example, the larger the better
    public static SequencedMap<String, Double> measure(List<Judged> examples, double[] scores) {
        boolean[] relevant = new boolean[scores.length];
        for (int i = 0; i < relevant.length; i++) {
            relevant[i] = examples.get(i).relevant();
        }
        Map<String, List<Integer>> queries = IntStream.range(0, scores.length).boxed()
                .collect(Collectors.groupingBy(i -> examples.get(i).query()));
        var measures = new LinkedHashMap<String, Double>();
        measures.put("average precision", Measures.averagePrecision(scores, relevant));
        measures.put("MRR", queries.values().stream().filter(passages -> passages.stream().anyMatch(i -> relevant[i]))
                .mapToDouble(passages -> 1.0 / rank(passages, scores, relevant)).average().orElse(Double.NaN));
        return measures;
    }

    /// The rank of the best answer among a query's passages.
    private static long rank(List<Integer> passages, double[] scores, boolean[] relevant) {
        double best = passages.stream().filter(i -> relevant[i]).map(i -> scores[i]).max(Comparator.naturalOrder())
                .orElseThrow();
        return 1 + passages.stream().filter(i -> !relevant[i] && scores[i] >= best).count();
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("encoder", encoder);
    }
}
