/// Norms that a second input directs: a style, a class, a point in time, a gate. Each takes x and the condition and keeps the shape
/// of x. What the condition may be, and its shape, stands at the norm.
package norma.norm.conditional;
