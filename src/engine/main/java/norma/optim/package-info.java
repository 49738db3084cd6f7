/// Optimizers, schedules of the learning rate, and clipping of gradients. An [Optimizer] changes the parameters of a model in place,
/// by the gradients that a backward pass has left at them. Its state can be saved and loaded, so training goes on bit for bit.
package norma.optim;
