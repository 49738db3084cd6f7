/// The engine's contracts on a device: each method is a launch, or several, on operands that stay in the device's memory.
package norma.tornado.offload;
