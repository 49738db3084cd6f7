package norma.tensor;

import norma.backend.Backend;

/// y = scale * x + shift with fixed numbers.
record Affine(Tensor x, float scale, float shift) implements Op {

    static Tensor of(Tensor x, float scale, float shift) {
        Tensor y = Tensor.empty(x.shape());
        Backend.kernels().elementwise().affine(x.data(), scale, shift, y.data());
        return Tape.record(new Affine(x, scale, shift), y);
    }

    @Override
    public Tensor[] inputs() {
        return new Tensor[] {x};
    }

    @Override
    public Tensor[] backward(Tensor dy) {
        return new Tensor[] {scale == 1 ? dy : dy.multiply(scale)};
    }
}
