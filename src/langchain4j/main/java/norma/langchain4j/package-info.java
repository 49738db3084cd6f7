/// Norma's encoders as models of langchain4j. [norma.langchain4j.NormaEmbeddingModel] makes vectors, and
/// [norma.langchain4j.NormaScoringModel] scores texts against a query. Both wrap an encoder that was loaded before.
package norma.langchain4j;
