/// `norma compare`: trains the same small Transformer under several norms and placements. The arms take turns, a step each, on the
/// same batches and with the same number of parameters. The results are a table, `results.json` and `report.html`.
package norma.lab.compare;
