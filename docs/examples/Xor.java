import module norma.engine;

/// A network of two layers learns what no single layer can: exclusive or.
void main() {
    Tensor x = Tensor.of(new float[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}});
    Tensor y = Tensor.of(new float[][] {{0}, {1}, {1}, {0}});
    var model = Sequential.of(Linear.of(2, 8), Activations.tanh(), Linear.of(8, 1));
    var optimizer = AdamW.of(model, 0.05);
    for (int step = 0; step < 200; step++) {
        try (Tape tape = Tape.training()) {
            tape.backward(Losses.binaryCrossEntropy(model.forward(x), y));
        }
        optimizer.step();
    }
    IO.println(model.forward(x).sigmoid().round());
}
