/// Norma's engine: tensors, SIMD kernels, reverse-mode autodiff, normalization, models and training.
module norma.engine {
    requires transitive com.google.gson; // norma.io.JsonFields reads with it
    requires jdk.incubator.vector;
    requires org.eclipse.collections.api;
    requires org.eclipse.collections.impl;

    exports norma.data;
    exports norma.io;
    exports norma.kernel;
    exports norma.model;
    exports norma.nn;
    exports norma.norm;
    exports norma.optim;
    exports norma.parallel;
    exports norma.placement;
    exports norma.tensor;
    exports norma.tokenizer;
    exports norma.train;
}
