/// Norma's engine: tensors, SIMD kernels, reverse-mode autodiff, normalization, models and training.
module norma.engine {
    requires com.google.gson;
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
    exports norma.tensor;
    exports norma.train;
}
