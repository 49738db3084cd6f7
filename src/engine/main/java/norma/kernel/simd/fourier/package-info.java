/// The fast Fourier transform on as many lines at a time as a vector has lanes. An element of all these lines is a vector of real
/// parts and one of imaginary parts. So a butterfly is arithmetic on whole vectors.
package norma.kernel.simd.fourier;
