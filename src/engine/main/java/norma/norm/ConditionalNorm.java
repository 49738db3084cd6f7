package norma.norm;

import norma.nn.Parameterized;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// A norm with a second input, the condition: a style, a class, a point in time, a gate.
public interface ConditionalNorm extends Parameterized {

    /// x normalized under the condition, in the shape of x.
    Tensor forward(Tensor x, Tensor condition);

    /// The shape of a condition that fits an x of that shape.
    Shape conditionShape(Shape x);
}
