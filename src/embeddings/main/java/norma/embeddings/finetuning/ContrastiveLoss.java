package norma.embeddings.finetuning;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import norma.embeddings.TextEncoder;
import norma.embeddings.Vectors;
import norma.embeddings.finetuning.Example.Pair;
import norma.nn.Losses;
import norma.nn.ParameterTree;
import norma.norm.feature.LpNormalize;
import norma.tensor.Indices;
import norma.tensor.Tensor;
import norma.tokenizer.Encoding;

/// Gives texts that belong together similar vectors, and others different ones: each first text must find its second one among those
/// of the whole batch, and among the batch's negatives. With unit vectors a_i of the first texts and b_j of the second ones, behind
/// which the negatives stand,
///
///     loss = mean_i - log softmax_j(a_i . b_j / t)_i
///
/// InfoNCE with negatives from the batch (Henderson et al. 2017, arXiv 1705.00652; van den Oord et al. 2018, arXiv 1807.03748); what
/// sentence-transformers calls MultipleNegativesRankingLoss, where 1 / t is the scale. Larger batches are harder and teach more. A
/// text that stands twice in a batch counts as a wrong answer to itself, so pairs should differ.
///
/// @param encoder makes the vectors
/// @param temperature t; 0.05 as in SimCSE (Gao et al. 2021, arXiv 2104.08821)
public record ContrastiveLoss(TextEncoder encoder, float temperature) implements Measured<Pair> {

    /// Checks the temperature.
    public ContrastiveLoss {
        if (!(temperature > 0)) {
            throw new IllegalArgumentException("ContrastiveLoss: the temperature must be positive; got " + temperature);
        }
    }

    @Override
    public Tensor loss(List<Pair> batch) {
        Tensor a = LpNormalize.l2().forward(encoder.forward(batch.stream().map(Pair::first).toList()));
        Tensor b = LpNormalize.l2().forward(encoder.forward(candidates(batch)));
        int[] partners = IntStream.range(0, batch.size()).toArray();
        return Losses.crossEntropy(a.matmulTransposed(b).divide(temperature), Indices.of(partners, partners.length));
    }

    /// The second texts, then all negatives.
    private static List<Encoding> candidates(List<Pair> pairs) {
        return Stream
                .concat(pairs.stream().map(Pair::second), pairs.stream().flatMap(pair -> pair.negatives().stream()))
                .toList();
    }

    /// How well each first text finds its second one among all different second texts and negatives: the mean of 1 / rank, and the
    /// share that stands first (accuracy@1). Where pairs have negatives, also the share of those whose second text is nearer than
    /// each of its own negatives. Among equals the right one counts as the last.
    @Override
    public SequencedMap<String, Double> measure(List<Pair> examples) {
        Map<IntBuffer, Integer> places = new LinkedHashMap<>();
        var distinct = new ArrayList<Encoding>();
        for (Encoding text : candidates(examples)) {
            if (places.putIfAbsent(key(text), places.size()) == null) {
                distinct.add(text);
            }
        }
        float[][] a = units(examples.stream().map(Pair::first).toList()), b = units(distinct);
        double reciprocal = 0, first = 0, nearer = 0;
        int triplets = 0;
        for (int i = 0; i < a.length; i++) {
            Pair pair = examples.get(i);
            double[] cosines = cosines(a[i], b);
            double own = cosines[places.get(key(pair.second()))];
            long rank = IntStream.range(0, cosines.length).filter(j -> cosines[j] >= own).count();
            reciprocal += 1.0 / rank;
            first += rank == 1 ? 1 : 0;
            triplets += pair.negatives().isEmpty() ? 0 : 1;
            nearer += !pair.negatives().isEmpty()
                    && pair.negatives().stream().allMatch(text -> cosines[places.get(key(text))] < own) ? 1 : 0;
        }
        var measures = new LinkedHashMap<String, Double>();
        measures.put("MRR", reciprocal / a.length);
        measures.put("accuracy@1", first / a.length);
        if (triplets > 0) {
            measures.put("triplet accuracy", nearer / triplets);
        }
        return measures;
    }

    private static IntBuffer key(Encoding text) {
        return IntBuffer.wrap(text.ids());
    }

    private float[][] units(List<Encoding> texts) {
        float[][] rows = Rows.of(texts, encoder::forward);
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Vectors.unit(rows[i]);
        }
        return rows;
    }

    private static double[] cosines(float[] a, float[][] b) {
        double[] cosines = new double[b.length];
        for (int j = 0; j < b.length; j++) {
            cosines[j] = Vectors.dot(a, b[j]);
        }
        return cosines;
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("encoder", encoder);
    }
}
