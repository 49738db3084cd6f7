/// Norma's engine: tensors, SIMD kernels, reverse-mode autodiff, normalization, models and training.
module norma.engine {
    requires com.google.gson;
    requires jdk.incubator.vector;
    requires org.eclipse.collections.api;
    requires org.eclipse.collections.impl;

    exports norma.kernel;
    exports norma.parallel;
}
