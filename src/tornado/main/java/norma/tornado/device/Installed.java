package norma.tornado.device;

/// A device that TornadoVM has found.
///
/// @param name what its maker calls it
/// @param type `GPU`, `CPU` ...
/// @param backend `OPENCL`, `CUDA` ...
/// @param driver what the backend found it through
/// @param memory bytes of its memory
/// @param largest bytes of the largest array that it takes
public record Installed(String name, String type, String backend, String driver, long memory, long largest) {
}
