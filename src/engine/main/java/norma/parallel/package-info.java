/// Threads: the only package that knows of them. `Workers` splits a range of work by numbers that do not depend on how many threads
/// there are, so results have the same bits on any machine. `Scratch` holds the memory that a thread uses inside a kernel.
package norma.parallel;
