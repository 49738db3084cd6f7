/// The matrix product. `BlockedMatmul` packs both factors for the caches and multiplies in tiles that stay in registers;
/// `SkinnyMatmul` is for one or two rows, where time goes into reading the other factor. Every element is one chain of fused
/// multiply-adds in the order of k, so all ways give the same bits.
package norma.kernel.simd.matmul;
