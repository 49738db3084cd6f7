/// The workloads: what is measured, in which shapes, with how many FLOPs and bytes. A [norma.bench.work.Workload] makes its inputs and gives
/// an operation to repeat. [norma.bench.work.Workloads] lists all of them.
package norma.bench.work;
