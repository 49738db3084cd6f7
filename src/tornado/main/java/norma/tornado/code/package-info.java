/// What runs on the device: static methods over arrays, which TornadoVM compiles and which are plain Java everywhere else.
///
/// ## The laws of this code
///
/// A method is a kernel if its parameters are `(float[] s, int[] m)` or `(float[] s, int[] m, float[] f)`: `s` is all of the
/// device's memory, `m` holds sizes and the places of operands in `s`, of which `m[0]` is the number of iterations of the one
/// parallel loop, and `f` holds numbers. Sizes and places are data, so a kernel is compiled once. Everything else is a helper,
/// which is inlined.
///
/// TornadoVM compiles some of Java to something else without a word; `CodeTest` keeps it out by reading the byte code:
/// - no `>>>`, which becomes `>>`; write `h >> 16 & 0xffff`;
/// - one parallel loop for each kernel, around everything it writes; no `break`, no `continue` and no `return` from a loop;
/// - no exceptions, no `.length`, no arrays but those passed and private ones, no static arrays, no objects;
/// - no `Math.fma`, `floor`, `rint`, `round`, `cbrt`, `expm1`, `log1p` (they do not compile), no boolean variables, no literal NaN
///   or infinity;
/// - no `<=` and `>=` of floats: they become `>` and `<` negated, which NaN passes; write `a < b ? 1 : a == b ? 1 : 0`;
/// - no `Math.sqrt` of a double, which becomes a square root in float, except as `1 / Math.sqrt(x)`;
/// - no name that OpenCL or CUDA knows (`exp`, `sqrt`, `constant` ...), for methods and parameters.
///
/// What only tests of values find:
/// - no `||` in the condition of the last block of a parallel loop: the block runs in any case;
/// - no `Math.max` and `Math.min` of floats that may be NaN, which they lose; write `x < bound ? bound : x`.
///
/// No kernel uses atomics: each element of a result belongs to one iteration, which adds up in a fixed order. A kernel must not
/// read what another iteration of it writes.
package norma.tornado.code;
