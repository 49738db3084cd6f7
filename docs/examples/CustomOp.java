import module norma.engine;

/// x -> x tanh(softplus(x)), the activation mish (Misra 2019, arXiv 1908.08681), with a derivative written by hand.
///
/// The record is what a tape keeps: all that the derivative needs.
record Mish(Tensor x) implements Op.OneInput {
    static Tensor apply(Tensor x) {
        float[] values = x.toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (values[i] * Math.tanh(Math.log1p(Math.exp(values[i]))));
        }
        Tensor y = Tensor.empty(x.shape());
        y.set(values);
        return Tape.record(new Mish(x), y);
    }

    /// With t = tanh(softplus(x)): y' = t + x (1 - t^2) sigmoid(x). It is written in tensors, so it has derivatives too.
    @Override
    public Tensor dx(Tensor dy) {
        Tensor t = x.softplus().tanh();
        return dy.multiply(t.add(x.multiply(x.sigmoid()).multiply(t.square().negate().add(1))));
    }
}

void main() {
    Tensor x = Tensor.linspace(-3, 3, 5);
    IO.println(Mish.apply(x));

    GradientCheck check = GradientCheck.of(inputs -> Mish.apply(inputs[0]), x);
    IO.println("first derivative " + (check.first() < 1e-2 ? "right" : "wrong"));
    IO.println("second derivative " + (check.second() < 1e-2 ? "right" : "wrong"));

    Layer mish = (input, _) -> Mish.apply(input);               // a layer is a function
    IO.println(Sequential.of(Linear.of(5, 3), mish).forward(x.expandDims(0)).shape());
}
