/// Methods on the weight of a layer instead of its output: W is computed from parameters in each step. All but
/// [CosineNormalization], a layer of its own, are [norma.nn.Reparametrization]s and can be put on any weight, on another one too.
/// [Folding] goes the other way and makes a norm that has stopped learning part of a weight.
package norma.norm.weight;
