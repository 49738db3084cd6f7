/// `norma train` and `norma sample`: trains one language model and keeps it in a folder, and writes text with it. A run can be stopped at
/// any time. It is resumed bit for bit.
package norma.lab.train;
