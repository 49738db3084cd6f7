/// Lessons: one computation written several times, each time faster. They show what makes vector code on the JVM fast or slow. Nothing in
/// the engine uses them.
package norma.bench.lesson;
