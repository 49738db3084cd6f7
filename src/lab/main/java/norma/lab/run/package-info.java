/// What several commands share: their common options, the corpus and files of measurements. The built-in corpus is WordNet. Options are
/// picocli mixins.
package norma.lab.run;
