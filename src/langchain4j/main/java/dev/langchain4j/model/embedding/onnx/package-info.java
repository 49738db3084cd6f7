/// langchain4j's classes for models that run in the process, under their own names, computed by Norma instead of a native library.
/// An application that has this module in place of langchain4j's keeps its code as it is. The executor
/// that langchain4j's constructors take is not used: a model has threads of its own.
package dev.langchain4j.model.embedding.onnx;
