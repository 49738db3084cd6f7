package norma.embeddings.finetuning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import norma.embeddings.TextEncoder;
import norma.embeddings.finetuning.Example.Labelled;
import norma.embeddings.finetuning.Example.Pair;
import norma.embeddings.finetuning.Example.Scored;
import norma.nn.CrossEntropy;
import norma.nn.Linear;
import norma.nn.Losses;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.tensor.BufferPool;
import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import norma.tokenizer.Encoding;
import norma.train.Objective;
import org.junit.jupiter.api.Test;

/// Losses with their gradients against those of sentence-transformers on PyTorch, in float64; figures against scikit-learn and SciPy.
/// How peers.json was made stands in the README beside it.
class PeersTest {
    private static final JsonObject PEERS = read();

    private static JsonObject read() {
        try (InputStream in = PeersTest.class.getResourceAsStream("peers.json")) {
            return JsonParser.parseString(new String(in.readAllBytes(), StandardCharsets.UTF_8)).getAsJsonObject();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double[] numbers(JsonArray list) {
        return list.asList().stream().mapToDouble(n -> n.getAsDouble()).toArray();
    }

    private static double[] numbers(JsonObject of, String name) {
        return numbers(of.getAsJsonArray(name));
    }

    private static int[] whole(JsonObject of, String name) {
        return of.getAsJsonArray(name).asList().stream().mapToInt(n -> n.getAsInt()).toArray();
    }

    private static float[][] rows(JsonArray rows) {
        float[][] all = new float[rows.size()][];
        for (int i = 0; i < all.length; i++) {
            double[] row = numbers(rows.get(i).getAsJsonArray());
            all[i] = new float[row.length];
            for (int j = 0; j < row.length; j++) {
                all[i][j] = (float) row[j];
            }
        }
        return all;
    }

    /// Whose vectors are a table's rows: text k is the token k.
    private record TableEncoder(Param table) implements TextEncoder {
        /// With the rows of each list behind those of the one before.
        static TableEncoder of(JsonArray lists) {
            var all = new ArrayList<float[]>();
            lists.forEach(list -> all.addAll(List.of(rows(list.getAsJsonArray()))));
            return new TableEncoder(Param.weight(Tensor.of(all.toArray(float[][]::new))));
        }

        @Override
        public Tensor forward(List<Encoding> texts) {
            int[] ids = texts.stream().mapToInt(text -> text.ids()[0]).toArray();
            return table.value().take(Indices.of(ids, ids.length), 0);
        }

        @Override
        public int dim() {
            return table.shape().dim(1);
        }

        @Override
        public void register(ParameterTree tree) {
            tree.add("table", table);
        }
    }

    private static Encoding text(int id) {
        return new Encoding(new int[] {id}, new int[1], new int[1], new int[1]);
    }

    private static <E> void check(JsonObject expected, Objective<List<E>> objective, List<E> batch, Param vectors,
            JsonArray gradients) {
        try (Tape tape = Tape.training(new BufferPool(), 1)) {
            Tensor loss = objective.loss(batch);
            tape.backward(loss);
            assertEquals(expected.get("loss").getAsDouble(), loss.item(), 2e-6 * Math.max(1, loss.item()));
            float[] found = vectors.value().gradient().toArray();
            var all = new ArrayList<float[]>();
            gradients.forEach(list -> all.addAll(List.of(rows(list.getAsJsonArray()))));
            for (int i = 0; i < found.length; i++) {
                int width = vectors.shape().dim(1);
                // float's rounding of cosines, which 1 / t = 20 multiplies
                assertEquals(all.get(i / width)[i % width], found[i], 1e-5, "element " + i);
            }
        }
    }

    @Test
    void cosineLoss() {
        JsonObject peer = PEERS.getAsJsonObject("cosine");
        TableEncoder encoder = TableEncoder.of(peer.getAsJsonArray("vectors"));
        double[] scores = numbers(peer, "scores");
        check(peer, new CosineLoss(encoder), IntStream.range(0, scores.length)
                .mapToObj(i -> new Scored(text(i), text(i + scores.length), (float) scores[i])).toList(), encoder.table,
                peer.getAsJsonArray("gradients"));
    }

    @Test
    void contrastiveLossOfPairs() {
        JsonObject peer = PEERS.getAsJsonObject("pairs");
        TableEncoder encoder = TableEncoder.of(peer.getAsJsonArray("vectors"));
        check(peer, new ContrastiveLoss(encoder, 0.05f),
                IntStream.range(0, 4).mapToObj(i -> new Pair(text(i), text(i + 4))).toList(), encoder.table,
                peer.getAsJsonArray("gradients"));
    }

    @Test
    void contrastiveLossOfTriplets() {
        JsonObject peer = PEERS.getAsJsonObject("triplets");
        TableEncoder encoder = TableEncoder.of(peer.getAsJsonArray("vectors"));
        check(peer, new ContrastiveLoss(encoder, 0.05f),
                IntStream.range(0, 4).mapToObj(i -> new Pair(text(i), text(i + 4), List.of(text(i + 8)))).toList(),
                encoder.table, peer.getAsJsonArray("gradients"));
    }

    /// The head is the unit matrix, so that vectors are logits.
    @Test
    void weightsOfLabels() {
        JsonObject peer = PEERS.getAsJsonObject("weighted");
        var encoder = new TableEncoder(Param.weight(Tensor.of(rows(peer.getAsJsonArray("logits")))));
        int[] labels = whole(peer, "labels");
        var head = Linear.of(Param.weight(Tensor.eye(3)), Param.noDecay(Tensor.zeros(3)));
        float[] weights = rows(wrapped(peer.get("weights")))[0];
        var model = new Classifier(encoder, head, List.of("a", "b", "c"),
                CrossEntropy.of().withWeights(Tensor.of(weights)));
        check(peer, model, IntStream.range(0, 4).mapToObj(i -> new Labelled(text(i), labels[i])).toList(),
                encoder.table, wrapped(peer.get("gradient")));
    }

    private static JsonArray wrapped(com.google.gson.JsonElement inner) {
        var outer = new JsonArray();
        outer.add(inner);
        return outer;
    }

    /// What [RerankLoss] makes of logits.
    @Test
    void binaryCrossEntropy() {
        JsonObject peer = PEERS.getAsJsonObject("binary");
        Tensor relevance = Tensor.of(rows(wrapped(peer.get("relevance")))[0]);
        Param logits = Param.weight(Tensor.of(rows(wrapped(peer.get("logits")))));
        Objective<List<Integer>> objective = Objective.of(new TableEncoder(logits),
                _ -> Losses.binaryCrossEntropy(logits.value().reshape(Shape.of(4)), relevance));
        check(peer, objective, List.of(1), logits, wrapped(wrapped(peer.get("gradient"))));
    }

    @Test
    void classification() {
        JsonObject peer = PEERS.getAsJsonObject("classification");
        var report = ClassificationReport.of(List.of("a", "b", "c", "d", "e"), whole(peer, "truth"),
                whole(peer, "predicted"));
        assertEquals(peer.get("accuracy").getAsDouble(), report.accuracy(), 1e-12);
        assertEquals(peer.get("macroF1").getAsDouble(), report.macroF1(), 1e-12);
        for (int label = 0; label < 5; label++) {
            assertArrayEquals(whole(label, peer.getAsJsonArray("confusion")), report.confusion()[label]);
            assertEquals(numbers(peer, "precision")[label], report.precision(label), 1e-12);
            assertEquals(numbers(peer, "recall")[label], report.recall(label), 1e-12);
            assertEquals(numbers(peer, "f1")[label], report.f1(label), 1e-12);
            assertEquals(whole(peer, "support")[label], report.support(label));
        }
    }

    private static int[] whole(int row, JsonArray rows) {
        return rows.get(row).getAsJsonArray().asList().stream().mapToInt(n -> n.getAsInt()).toArray();
    }

    /// Many values are equal.
    @Test
    void series() {
        JsonObject peer = PEERS.getAsJsonObject("series");
        double[] x = numbers(peer, "x"), y = numbers(peer, "y");
        assertEquals(peer.get("pearson").getAsDouble(), Measures.pearson(x, y), 1e-12);
        assertEquals(peer.get("spearman").getAsDouble(), Measures.spearman(x, y), 1e-12);
        boolean[] relevant = new boolean[x.length];
        for (int i = 0; i < relevant.length; i++) {
            relevant[i] = peer.getAsJsonArray("relevant").get(i).getAsBoolean();
        }
        assertEquals(peer.get("averagePrecision").getAsDouble(), Measures.averagePrecision(y, relevant), 1e-12);
    }

    @Test
    void whatIsConstantHasNoCorrelation() {
        assertEquals(Double.NaN, Measures.spearman(new double[] {1, 1, 1}, new double[] {1, 2, 3}));
        assertEquals(Double.NaN, Measures.averagePrecision(new double[] {1, 2}, new boolean[2]));
    }
}
