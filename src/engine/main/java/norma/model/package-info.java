/// Whole models. A [Gpt] is a decoder-only Transformer by a [GptConfig], in which any norm and any placement can stand.
/// A [Sampler] draws text from it, token by token.
package norma.model;
