package norma.tensor;

import norma.backend.Backend;
import norma.kernel.contract.ElementwiseKernel.Binary;

/// y = x^p with a fixed number p, which may be whole and x negative; dx = dy p x^(p - 1), and x^0 = 1 has none.
record Power(Tensor x, float p) implements Op.OneInput {

    static Tensor of(Tensor x, float p) {
        if (p == 0) {
            return Tensor.full(x.shape(), 1);
        }
        Tensor y = Tensor.empty(x.shape());
        Backend.kernels().elementwise().binary(Binary.POWER, x.data(), Tensor.scalar(p).data(), y.data(),
                Strides.broadcast(x.shape(), x.shape(), Shape.SCALAR));
        return Tape.record(new Power(x, p), y);
    }

    @Override
    public Tensor dx(Tensor dy) {
        return dy.multiply(of(x, p - 1).multiply(p));
    }
}
