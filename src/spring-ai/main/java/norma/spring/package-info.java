/// Norma's sentence encoders in Spring. [norma.spring.NormaEmbeddingModel] is a model of Spring AI's, which
/// [norma.spring.NormaEmbeddingAutoConfiguration] makes from the properties of an application.
package norma.spring;
