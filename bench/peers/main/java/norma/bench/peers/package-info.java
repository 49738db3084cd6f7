/// Other engines doing the same workloads: ONNX Runtime, DJL with PyTorch, and langchain4j. Each is a [norma.bench.Peer], found as a service.
/// They are built with the profile `peers` only.
package norma.bench.peers;
