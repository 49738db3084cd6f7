package norma.optim;

import java.util.Collection;
import norma.backend.Backend;
import norma.kernel.Floats;
import norma.kernel.contract.SplitDouble;
import norma.nn.Param;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// What a step of training is judged by before the optimizer acts: the losses of its batches and the length of the gradient,
/// gathered where the kernels' data is and read in one go.
///
/// ```java
/// values.loss(i, loss);                 // after each backward pass, while its tape is open
/// values.gradients(params.values());
/// StepValues.Read read = values.read();
/// ```
public final class StepValues {

    /// What a step has come to.
    ///
    /// @param loss mean over the batches
    /// @param norm as of [Gradients#norm]: of the sum over the batches, not scaled
    public record Read(double loss, double norm) {
    }

    private final Tensor values;
    private final int batches;

    /// Of steps with this number of batches; to be used again for each step.
    public StepValues(int batches) {
        this.batches = batches;
        values = Tensor.of(Shape.of(batches + SplitDouble.LENGTH), new float[batches + SplitDouble.LENGTH]);
    }

    /// Keeps the loss of a batch, one element.
    public void loss(int batch, Tensor loss) {
        Backend.kernels().elementwise().copy(loss.data(), values.data().slice(batch, 1));
    }

    /// Keeps the length of all gradients as one vector.
    public void gradients(Collection<Param> params) {
        Floats y = values.data().slice(batches, SplitDouble.LENGTH);
        Gradients.sumOfSquares(params, y);
    }

    /// The step's one read.
    public Read read() {
        float[] read = values.toArray();
        double loss = 0;
        for (int i = 0; i < batches; i++) {
            loss += read[i] / batches;
        }
        return new Read(loss, Math.sqrt(SplitDouble.read(read, batches)));
    }
}
