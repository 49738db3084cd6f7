/// Threads: the only package that knows of them. `Workers` splits a range of work by numbers that do not depend on how many threads
/// there are, so results have the same bits on any machine. A team serves one caller at a time; who finds it busy works alone.
package norma.parallel;
