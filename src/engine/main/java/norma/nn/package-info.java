/// Layers and losses: what a model is made of. A [Layer] maps a tensor to a tensor and is a record of its parameters ([Param]) and
/// of other layers, which it registers by name, so that [ParameterTree] finds all parameters of a model. Factories are called `of`, layers
/// compute by `forward`, and what a layer computes is also there as a function of tensors, `apply`.
package norma.nn;
