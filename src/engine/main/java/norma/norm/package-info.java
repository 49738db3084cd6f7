/// What all normalizations share: [Norm] and [ConditionalNorm], the factories that make them for one model, their options
/// ([NormSpec]) and running statistics. The methods themselves stand in packages by what they are put on: features, channels,
/// activations with a second input, weights. Each is one file with its formula, shapes, source, forward and backward, and a
/// `factory` that reads its options.
package norma.norm;
