package norma.embeddings.finetuning;

import java.util.List;
import java.util.stream.IntStream;
import norma.embeddings.TextEncoder;
import norma.embeddings.finetuning.Example.Pair;
import norma.nn.Losses;
import norma.nn.ParameterTree;
import norma.norm.feature.LpNormalize;
import norma.tensor.Indices;
import norma.tensor.Tensor;
import norma.train.Objective;

/// Gives texts that belong together similar vectors, and others different ones: each first text must find its second one among those
/// of the whole batch. With unit vectors a_i and b_j,
///
///     loss = mean_i - log softmax_j(a_i . b_j / t)_i
///
/// InfoNCE with negatives from the batch (Henderson et al. 2017, arXiv 1705.00652; van den Oord et al. 2018, arXiv 1807.03748); what
/// sentence-transformers calls MultipleNegativesRankingLoss, where 1 / t is the scale. Larger batches are harder and teach more. A
/// text that stands twice in a batch counts as a wrong answer to itself, so pairs should differ.
///
/// @param encoder makes the vectors
/// @param temperature t; 0.05 as in SimCSE (Gao et al. 2021, arXiv 2104.08821)
public record ContrastiveLoss(TextEncoder encoder, float temperature) implements Objective<List<Pair>> {

    /// Checks the temperature.
    public ContrastiveLoss {
        if (!(temperature > 0)) {
            throw new IllegalArgumentException("ContrastiveLoss: the temperature must be positive; got " + temperature);
        }
    }

    @Override
    public Tensor loss(List<Pair> batch) {
        Tensor a = LpNormalize.l2().forward(encoder.forward(batch.stream().map(Pair::first).toList()));
        Tensor b = LpNormalize.l2().forward(encoder.forward(batch.stream().map(Pair::second).toList()));
        int[] partners = IntStream.range(0, batch.size()).toArray();
        return Losses.crossEntropy(a.matmulTransposed(b).divide(temperature), Indices.of(partners, partners.length));
    }

    @Override
    public long tokens(List<Pair> batch) {
        return Example.tokens(batch);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("encoder", encoder);
    }
}
