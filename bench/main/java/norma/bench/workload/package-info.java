/// The workloads: what is measured, in which shapes, with how many FLOPs and bytes. A [norma.bench.workload.Workload] makes its inputs and gives
/// an operation to repeat. [norma.bench.workload.Workloads] lists all of them.
package norma.bench.workload;
