package norma.tensor;

import norma.backend.Backend;

/// y = a where the condition is not 0, else b, with broadcasting.
record Where(Tensor condition, Tensor a, Tensor b) implements Op {

    static Tensor of(Tensor condition, Tensor a, Tensor b) {
        Shape shape = Shape.broadcast("where", condition.shape(), Shape.broadcast("where", a.shape(), b.shape()));
        Tensor y = Tensor.empty(shape);
        Tensor wideCondition = condition.detach().expand(shape);
        Tensor wideA = a.expand(shape);
        Tensor wideB = b.expand(shape);
        Backend.kernels().elementwise().where(wideCondition.data(), wideA.data(), wideB.data(), y.data());
        return Tape.record(new Where(wideCondition, wideA, wideB), y);
    }

    @Override
    public Tensor[] inputs() {
        return new Tensor[] {a, b};
    }

    @Override
    public Tensor[] backward(Tensor dy) {
        Tensor zero = Tensor.full(dy.shape(), 0);
        return new Tensor[] {of(condition, dy, zero), of(condition, zero, dy)};
    }
}
