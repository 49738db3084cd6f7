/// Tables in text files. [Csv] says how a file is written and reads it; its columns come out of a [Table] as tensors, as classes
/// ([Labels]) and as texts.
package norma.csv;
