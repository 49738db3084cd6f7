import norma.embeddings.TrainableEncoder;
import norma.embeddings.finetuning.*;
import norma.embeddings.finetuning.Example.Labelled;
import norma.train.Listener;

/// A sentence encoder learns to tell praise from complaint: first a head on top of it, then all of it.
void main() throws IOException {
    TrainableEncoder encoder = TrainableEncoder.load("all-minilm-l6-v2").maxTokens(32);
    List<Labelled> examples = new ArrayList<>();
    for (String praise : List.of("Works very well.", "I would buy it again.", "Fast and quiet, a pleasure.", "Exactly as described.")) {
        examples.add(new Labelled(encoder.tokens(praise), 1));
    }
    for (String complaint : List.of("Broke at once.", "Money thrown away.", "It arrived late and scratched.", "Nobody answers the phone.")) {
        examples.add(new Labelled(encoder.tokens(complaint), 0));
    }

    Classifier head = Classifier.of(new FrozenEncoder(encoder), 2);
    FineTuning.head(20).run(head, examples, Listener.SILENT);
    Classifier model = head.on(encoder);
    FineTuning.whole(4).run(model, examples, Listener.SILENT);

    Path folder = Files.createTempDirectory("tuned");
    model.save(folder);                                         // Hugging Face's format
    var unseen = List.of(new Labelled(encoder.tokens("I like it very much."), 1),
            new Labelled(encoder.tokens("It stopped working after a day."), 0));
    IO.println("right: %.0f %%".formatted(100 * Classifier.load(folder).accuracy(unseen)));
}
