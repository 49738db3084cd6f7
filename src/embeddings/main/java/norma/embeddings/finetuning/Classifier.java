package norma.embeddings.finetuning;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import norma.embeddings.TextEncoder;
import norma.embeddings.TrainableEncoder;
import norma.embeddings.finetuning.Example.Labelled;
import norma.io.CorruptFileException;
import norma.io.Safetensors;
import norma.nn.Init;
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

/// Labels of texts: logits = W v + b of a text's vector v, with cross entropy for a loss. On a [FrozenEncoder] it is logistic
/// regression.
///
/// Shapes: v (B, D), logits (B, labels).
///
/// @param encoder makes the vectors
/// @param head W (labels, D) and b
public record Classifier(TextEncoder encoder, Linear head) implements Objective<List<Labelled>> {
    private static final int BATCH = 32;

    /// With a head of zeros, for which all labels are equally likely.
    public static Classifier of(TextEncoder encoder, int labels) {
        return new Classifier(encoder, Linear.of(new Init(0), encoder.dim(), labels, 0));
    }

    /// Loads a folder that [TrainableEncoder#save] has written with a head.
    public static Classifier load(Path folder) throws IOException {
        TrainableEncoder encoder = TrainableEncoder.load(folder);
        Path path = folder.resolve("model.safetensors");
        try (Safetensors file = Safetensors.open(path)) {
            if (!file.entries().containsKey("classifier.bias")) {
                throw new CorruptFileException(path, "must hold classifier.weight and classifier.bias; it has no head");
            }
            float[] bias = file.floats("classifier.bias");
            Tensor weight = Tensor.adopt(Shape.of(bias.length, encoder.dim()), file.floats("classifier.weight"));
            return new Classifier(encoder,
                    Linear.of(Param.weight(weight), Param.noDecay(Tensor.adopt(Shape.of(bias.length), bias))));
        }
    }

    /// A copy of the head on another encoder.
    public Classifier on(TextEncoder other) {
        Linear copy = new Linear(Param.weight(head.weight().value().copy()),
                head.bias().map(b -> Param.noDecay(b.value().copy())), head.activation());
        return new Classifier(other, copy);
    }

    @Override
    public Tensor loss(List<Labelled> batch) {
        int[] labels = batch.stream().mapToInt(Labelled::label).toArray();
        return Losses.crossEntropy(logits(texts(batch)), Indices.of(labels, labels.length));
    }

    @Override
    public long tokens(List<Labelled> batch) {
        return Example.tokens(batch);
    }

    /// The label of each text, the one with the largest logit.
    public int[] labels(List<Encoding> texts) {
        int[] labels = new int[texts.size()];
        var pool = new BufferPool();
        for (int from = 0; from < labels.length; from += BATCH) {
            List<Encoding> batch = texts.subList(from, Math.min(from + BATCH, labels.length));
            try (Tape _ = Tape.inference(pool)) {
                Tensor logits = logits(batch);
                for (int i = 0; i < batch.size(); i++) {
                    labels[from + i] = largest(logits.slice(0, i, i + 1).toArray());
                }
            }
        }
        return labels;
    }

    private static int largest(float... values) {
        int largest = 0;
        for (int i = 1; i < values.length; i++) {
            largest = values[i] > values[largest] ? i : largest;
        }
        return largest;
    }

    /// The share of examples that get their label.
    public double accuracy(List<Labelled> examples) {
        var sorted = new ArrayList<Labelled>();
        LengthBatching.batches(examples, BATCH).forEach(sorted::addAll);
        int[] labels = labels(texts(sorted));
        int right = 0;
        for (int i = 0; i < labels.length; i++) {
            right += labels[i] == sorted.get(i).label() ? 1 : 0;
        }
        return (double) right / labels.length;
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
