/// The training loop. A [Trainer] draws batches, takes steps of the optimizer, and measures the loss on held-out text as its
/// [TrainConfig] says. A [Listener] hears of each step, of the gradients before it, and of each validation.
package norma.train;
