/// Attention without its matrix of scores, and the rotary embedding of queries and keys. `AttentionForward` and
/// `AttentionBackward` work in blocks of queries by keys that stay in the first caches; `DecodeAttention` is for one or two
/// queries. Keys that a mask hides are left out before anything is computed.
package norma.kernel.simd.attention;
