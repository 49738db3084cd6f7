/// Every method under its name, and checkpoints that describe a model by these names ([GptCheckpoint]). [Norms] reads texts such as `rms_norm{eps=1e-5}` and returns a factory; a [NormEntry] says what
/// a method is put on, what its statistics are taken over, what it learns and where it comes from. Tests, the command line and
/// the page of all norms go through these entries.
package norma.catalogue;
