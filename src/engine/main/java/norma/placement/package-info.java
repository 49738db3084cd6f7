/// Where norms stand in a Transformer. A [Placement] builds blocks from attention, feed-forward layer and norm: before, after or
/// around each of them, or with other means that keep the residual stream in bounds. [norma.catalogue.Placements] is the catalogue.
package norma.placement;
