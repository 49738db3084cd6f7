import module norma.engine;

/// Ten kinds of clothes in grey images of 28 x 28: shirts, trousers, shoes ...
///
/// The argument is a folder with the four IDX files. Debian has them: `apt-get install dataset-fashion-mnist`.
void main(String[] args) throws IOException {
    Path folder = Path.of(args.length > 0 ? args[0] : "/usr/share/datasets/fashion-mnist");
    if (!Files.isDirectory(folder)) {
        IO.println("no folder " + folder + ": apt-get install dataset-fashion-mnist, or name one that has the four IDX files");
        return;
    }
    Tensor images = images(folder.resolve("train-images-idx3-ubyte.gz"));
    Indices labels = Idx.indices(folder.resolve("train-labels-idx1-ubyte.gz"));

    var model = Sequential.of(Linear.of(784, 128), Activations.relu(), Linear.of(128, 10));
    var optimizer = AdamW.of(model, 1e-3);
    var batches = Batches.of(images, labels, 64).shuffled(42);
    for (int epoch = 1; epoch <= 3; epoch++) {
        double sum = 0;
        for (var batch : batches) {
            try (Tape tape = Tape.training()) {
                Tensor loss = Losses.crossEntropy(model.forward(batch.x()), batch.y());
                tape.backward(loss);
                sum += loss.item();
            }
            optimizer.step();
        }
        IO.println("epoch %d: loss %.3f".formatted(epoch, sum / batches.perEpoch()));
    }

    Tensor unseen = images(folder.resolve("t10k-images-idx3-ubyte.gz"));
    int[] right = Idx.indices(folder.resolve("t10k-labels-idx1-ubyte.gz")).values();
    int[] guessed = model.forward(unseen).argmax(-1).values();
    long correct = IntStream.range(0, right.length).filter(i -> right[i] == guessed[i]).count();
    IO.println("right: %.1f %% of %d images that it has not seen".formatted(100.0 * correct / right.length, right.length));
}

/// (N, 28, 28) from 0 to 255, as (N, 784) from 0 to 1.
Tensor images(Path file) throws IOException {
    return Idx.tensor(file).flatten(1).divide(255);
}
