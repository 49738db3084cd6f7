/// How a tensor is divided into parts that share a statistic: rows of features, planes of channels, moments over any axes. Norms
/// of all packages compute with it, and the module does not export it. A gain or bias that a norm lacks is null here.
package norma.norm.axis;
