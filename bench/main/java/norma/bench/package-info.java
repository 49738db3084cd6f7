/// `norma bench`: measures workloads and the machine's own limits, each in Java VMs of its own. It shows how near each workload comes to its
/// limit. Other engines can stand beside ours.
package norma.bench;
