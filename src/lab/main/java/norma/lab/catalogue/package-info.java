/// `norma norms` and `norma placements`: the engine's catalogues as tables and as JSON. `norms --docs` writes the page of all methods.
/// That page has a picture of the elements that share one statistic.
package norma.lab.catalogue;
