/// A device as the offloaded contracts see it: memory, and kernels that are launched one after the other.
package norma.tornado.device;
