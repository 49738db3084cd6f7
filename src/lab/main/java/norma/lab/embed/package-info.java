/// `norma embed` and `norma similar`: vectors of texts, and the lines of a file that are nearest to a query. Both share the options that
/// choose an encoder. `norma export` writes an encoder as a folder.
package norma.lab.embed;
