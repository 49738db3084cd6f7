package norma.tensor;

import norma.backend.Backend;

/// y = scale * x + shift with fixed numbers.
record Affine(Tensor x, float scale, float shift) implements Op.OneInput {

    static Tensor of(Tensor x, float scale, float shift) {
        Tensor y = Tensor.empty(x.shape());
        Backend.kernels().elementwise().affine(x.data(), scale, shift, y.data());
        return Tape.record(new Affine(x, scale, shift), y);
    }

    @Override
    public Tensor dx(Tensor dy) {
        return scale == 1 ? dy : dy.multiply(scale);
    }
}
