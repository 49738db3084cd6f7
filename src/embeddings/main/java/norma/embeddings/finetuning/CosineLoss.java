package norma.embeddings.finetuning;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import norma.embeddings.TextEncoder;
import norma.embeddings.Vectors;
import norma.embeddings.finetuning.Example.Scored;
import norma.nn.Losses;
import norma.nn.ParameterTree;
import norma.nn.Reduction;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Gives two texts vectors whose cosine is their score:
///
///     loss = mean_i (cos(a_i, b_i) - score_i)^2
///
/// What sentence-transformers calls CosineSimilarityLoss (Reimers & Gurevych 2019, arXiv 1908.10084).
///
/// @param encoder makes the vectors
public record CosineLoss(TextEncoder encoder) implements Measured<Scored> {

    @Override
    public Tensor loss(List<Scored> batch) {
        Tensor a = encoder.forward(batch.stream().map(Scored::first).toList());
        Tensor b = encoder.forward(batch.stream().map(Scored::second).toList());
        Tensor scores = Tensor.of(Shape.of(batch.size()), floats(batch));
        return Losses.mse(Losses.cosine(a, b, Reduction.NONE).negate().add(1), scores);
    }

    private static float[] floats(List<Scored> examples) {
        float[] scores = new float[examples.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = examples.get(i).score();
        }
        return scores;
    }

    /// The correlations of cosines and scores: Spearman's, which asks for their order only, and Pearson's.
    @Override
    public SequencedMap<String, Double> measure(List<Scored> examples) {
        float[][] a = Rows.of(examples.stream().map(Scored::first).toList(), encoder::forward);
        float[][] b = Rows.of(examples.stream().map(Scored::second).toList(), encoder::forward);
        double[] cosines = new double[a.length], scores = examples.stream().mapToDouble(Scored::score).toArray();
        for (int i = 0; i < a.length; i++) {
            cosines[i] = Vectors.cosine(a[i], b[i]);
        }
        var measures = new LinkedHashMap<String, Double>();
        measures.put("Spearman", Measures.spearman(cosines, scores));
        measures.put("Pearson", Measures.pearson(cosines, scores));
        return measures;
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("encoder", encoder);
    }
}
