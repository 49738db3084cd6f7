/// `norma plots`: the pictures of `docs/norm`, one class each. The engine computes their numbers. [norma.lab.plot.Figure] draws them as
/// SVG.
package norma.lab.plot;
