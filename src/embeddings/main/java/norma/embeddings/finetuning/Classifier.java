package norma.embeddings.finetuning;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import norma.embeddings.TextEncoder;
import norma.embeddings.TrainableEncoder;
import norma.embeddings.finetuning.Example.Labelled;
import norma.io.CorruptFileException;
import norma.io.Safetensors;
import norma.json.JsonFields;
import norma.nn.CrossEntropy;
import norma.nn.Init;
import norma.nn.Linear;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tensor;
import norma.tokenizer.Encoding;

/// Labels of texts: logits = W v + b of a text's vector v, with cross entropy for a loss. On a [FrozenEncoder] it is logistic
/// regression.
///
/// ```java
/// Classifier model = Classifier.of(encoder, List.of("bad", "good"));
/// FineTuning.whole(1).run(model, examples, Listener.SILENT);
/// model.save(folder);
/// ```
///
/// Shapes: v (B, D), logits (B, labels).
///
/// @param encoder makes the vectors
/// @param head W (labels, D) and b
/// @param labels their names
/// @param crossEntropy the loss, with weights of the labels if some matter more
public record Classifier(TextEncoder encoder, Linear head, List<String> labels, CrossEntropy crossEntropy)
        implements
        Measured<Labelled> {

    /// Checks that names differ.
    public Classifier {
        labels = List.copyOf(labels);
        if (labels.size() < 2 || labels.stream().distinct().count() < labels.size()) {
            throw new IllegalArgumentException(
                    "Classifier: must have two labels or more, of different names; got " + labels);
        }
    }

    /// With a head of zeros, for which all labels are equally likely.
    public static Classifier of(TextEncoder encoder, List<String> labels) {
        return new Classifier(encoder, Linear.of(new Init(0), encoder.dim(), labels.size(), 0), labels,
                CrossEntropy.of());
    }

    /// The same, whose labels are called what transformers calls those without a name: LABEL_0, LABEL_1, ...
    public static Classifier of(TextEncoder encoder, int labels) {
        return of(encoder, IntStream.range(0, labels).mapToObj(label -> "LABEL_" + label).toList());
    }

    /// Loads a folder that [#save] has written.
    public static Classifier load(Path folder) throws IOException {
        List<String> labels = labels(folder);
        TrainableEncoder encoder = TrainableEncoder.load(folder);
        Path path = folder.resolve("model.safetensors");
        try (Safetensors file = Safetensors.open(path)) {
            float[] weight = floats(path, file, "classifier.weight", labels.size() * encoder.dim());
            float[] bias = floats(path, file, "classifier.bias", labels.size());
            Linear head = Linear.of(Param.weight(Tensor.adopt(Shape.of(labels.size(), encoder.dim()), weight)),
                    Param.noDecay(Tensor.adopt(Shape.of(labels.size()), bias)));
            return new Classifier(encoder, head, labels, CrossEntropy.of());
        }
    }

    private static List<String> labels(Path folder) throws IOException {
        JsonFields config = JsonFields.read(folder.resolve("config.json"));
        JsonFields names = config.optionalPart("id2label");
        if (names.values().size() < 2) {
            throw config.incompatibility("id2label", "the names of two labels or more, as Classifier.save writes it");
        }
        var labels = new String[names.values().size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = names.text("" + i);
        }
        return List.of(labels);
    }

    private static float[] floats(Path path, Safetensors file, String name, int count) throws IOException {
        if (!file.entries().containsKey(name)) {
            throw new CorruptFileException(path,
                    "must hold classifier.weight and classifier.bias, a head on the pooling; it has none");
        }
        float[] values = file.floats(name);
        if (values.length != count) {
            throw new CorruptFileException(path,
                    "must hold %d numbers in %s, as config.json has labels; got %d".formatted(count, name,
                            values.length));
        }
        return values;
    }

    /// Writes the encoder with the head and the names of the labels ([TrainableEncoder#save(Path, Linear, List)]).
    ///
    /// @throws IllegalStateException if the encoder is no [TrainableEncoder]
    public void save(Path folder) throws IOException {
        if (!(encoder instanceof TrainableEncoder trainable)) {
            throw new IllegalStateException("Classifier: must stand on a TrainableEncoder to be saved; it stands on a "
                    + encoder.getClass().getSimpleName()
                    + "; put its head on the encoder: model.on(encoder).save(folder)");
        }
        trainable.save(folder, head, labels);
    }

    /// A copy of the head on another encoder.
    public Classifier on(TextEncoder other) {
        Linear copy = new Linear(Param.weight(head.weight().value().copy()),
                head.bias().map(b -> Param.noDecay(b.value().copy())), head.activation());
        return new Classifier(other, copy, labels, crossEntropy);
    }

    /// The same head with another loss.
    public Classifier with(CrossEntropy other) {
        return new Classifier(encoder, head, labels, other);
    }

    /// The same head with a loss to which each label contributes as much, however many examples it has: the weight of a label with n of
    /// N examples is N / (labels n), and 1 where it has none.
    public Classifier balanced(List<Labelled> examples) {
        float[] weights = new float[labels.size()];
        examples.forEach(example -> weights[example.label()]++);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = weights[i] == 0 ? 1 : examples.size() / (labels.size() * weights[i]);
        }
        return with(crossEntropy.withWeights(Tensor.of(weights)));
    }

    @Override
    public Tensor loss(List<Labelled> batch) {
        int[] numbers = batch.stream().mapToInt(Labelled::label).toArray();
        return crossEntropy.apply(logits(texts(batch)), Indices.of(numbers, numbers.length));
    }

    /// The probability of each label, for each text.
    public float[][] probabilities(List<Encoding> texts) {
        return Rows.of(texts, batch -> logits(batch).softmax(-1));
    }

    /// The label of each text, the most probable one.
    public int[] labels(List<Encoding> texts) {
        float[][] logits = Rows.of(texts, this::logits);
        return IntStream.range(0, logits.length).map(i -> largest(logits[i])).toArray();
    }

    private static int largest(float... values) {
        int largest = 0;
        for (int i = 1; i < values.length; i++) {
            largest = values[i] > values[largest] ? i : largest;
        }
        return largest;
    }

    /// What it says of examples, counted.
    public ClassificationReport report(List<Labelled> examples) {
        int[] truth = examples.stream().mapToInt(Labelled::label).toArray();
        return ClassificationReport.of(labels, truth, labels(texts(examples)));
    }

    /// The share of examples that get their label.
    public double accuracy(List<Labelled> examples) {
        return report(examples).accuracy();
    }

    /// Macro F1, to which rare labels count as much as others, and accuracy.
    @Override
    public SequencedMap<String, Double> measure(List<Labelled> examples) {
        ClassificationReport report = report(examples);
        var measures = new LinkedHashMap<String, Double>();
        measures.put("macro F1", report.macroF1());
        measures.put("accuracy", report.accuracy());
        return measures;
    }

    private Tensor logits(List<Encoding> texts) {
        return head.forward(encoder.forward(texts));
    }

    private static List<Encoding> texts(List<Labelled> examples) {
        return examples.stream().map(Labelled::text).toList();
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("encoder", encoder).add("head", head);
    }
}
