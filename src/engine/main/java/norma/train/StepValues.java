package norma.train;

import java.util.Collection;
import java.util.List;
import norma.backend.Backend;
import norma.kernel.Floats;
import norma.kernel.contract.SplitDouble;
import norma.nn.Param;
import norma.optim.Gradients;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// What a step of training is judged by before the optimizer acts: the losses of its batches and the length of the gradient,
/// gathered where the kernels' data is and read in one go.
final class StepValues {

    /// What a step has come to.
    ///
    /// @param loss mean over the batches
    /// @param norm as of [Gradients#norm]: of the sum over the batches, not scaled
    record Read(double loss, double norm) {
    }

    private final Tensor values;
    private final int batches;

    /// Of steps with this number of batches; one object serves all steps of a run.
    StepValues(int batches) {
        this.batches = batches;
        values = Tensor.of(Shape.of(batches + SplitDouble.LENGTH), new float[batches + SplitDouble.LENGTH]);
    }

    /// Keeps the loss of a batch, one element.
    void loss(int batch, Tensor loss) {
        Backend.kernels().elementwise().copy(loss.data(), values.data().slice(batch, 1));
    }

    /// Keeps the length of all gradients as one vector.
    void gradients(Collection<Param> params) {
        List<Floats> gradients = params.stream().map(Param::value).filter(Tensor::hasGradient)
                .map(value -> value.gradient().data()).toList();
        Backend.kernels().reduction().sumOfSquares(gradients, values.data().slice(batches, SplitDouble.LENGTH));
    }

    /// The step's one read.
    Read read() {
        float[] read = values.toArray();
        double loss = 0;
        for (int i = 0; i < batches; i++) {
            loss += read[i] / batches;
        }
        return new Read(loss, Math.sqrt(SplitDouble.read(read, batches)));
    }
}
