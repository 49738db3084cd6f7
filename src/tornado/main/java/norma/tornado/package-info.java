/// The engine on a GPU, through TornadoVM.
package norma.tornado;
