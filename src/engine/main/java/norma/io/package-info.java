/// Files of tensors. [Safetensors] reads and writes named arrays in the format of that name, and a [ModelFile] holds the parameters
/// of one model under their names. [Idx] reads the files of the MNIST database and its successors. Files are written beside the old
/// ones and moved into place, so that none is ever half written.
package norma.io;
