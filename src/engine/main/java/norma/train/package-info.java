/// Training of any model. An [Objective] is a loss of batches with the parameters that are changed for it; a [Trainer] takes step
/// after step of an optimizer on it, as its [TrainConfig] says, and tells a [Listener]. A [Checkpoint] keeps all that a run needs to
/// go on, bit for bit.
package norma.train;
