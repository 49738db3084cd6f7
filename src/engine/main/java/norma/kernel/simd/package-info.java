/// The contracts of `norma.kernel.contract` on the Vector API, a package for each kind. `Simd` tells whether this process can use
/// them and gathers them into a set. Results have the same bits on any number of threads; the width of a vector may change
/// the last bits of sums.
package norma.kernel.simd;
