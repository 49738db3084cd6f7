/// Norms over the features of x (..., D), the last axis: those of Transformers. Each takes its statistics within a token, except
/// [PowerNorm], which takes them over all tokens. Functions in place of a norm stand here too.
package norma.norm.feature;
