/// The choice of the kernels that this process computes with. It stands between the sets of kernels and the tensors, so that
/// the contracts need not know who fulfils them. The package is not exported to users.
package norma.backend;
