/// Norms of the channels of x (N, C, ...), axis 1: those of convolutions. Statistics are taken over the batch, the positions, groups
/// of channels, or mixtures of these. What is learned or remembered is C numbers, or a matrix for each group.
package norma.norm.channel;
