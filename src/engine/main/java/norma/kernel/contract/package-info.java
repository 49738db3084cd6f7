/// What the engine asks of a machine: one interface `...Kernel` for each family of kernels, all of them gathered in `Kernels`. The
/// default methods are the reference in plain loops, and a faster set overrides them. The package is not exported: layers and
/// norms are the interface for users.
package norma.kernel.contract;
