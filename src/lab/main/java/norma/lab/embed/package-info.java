/// `norma embed`, `norma similar` and `norma rerank`: vectors of texts, the texts nearest to a query, and the passages that answer it best.
/// They share how texts are read (`Texts`); the first two share the options that choose an encoder. `norma export` writes
/// an encoder as a folder.
package norma.lab.embed;
