/// Norma's engine: tensors, SIMD kernels, reverse-mode autodiff, normalization, models and training.
@SuppressWarnings("module") // the modules that packages are exported to are compiled after this one
module norma.engine {
    requires com.google.gson;
    requires jdk.incubator.vector;
    requires org.eclipse.collections.api;
    requires org.eclipse.collections.impl;

    exports norma.backend to norma.lab, norma.tornado;
    exports norma.catalogue;
    exports norma.data;
    exports norma.io;
    exports norma.json to norma.embeddings;
    exports norma.kernel;
    exports norma.kernel.contract to norma.embeddings, norma.tornado;
    exports norma.model;
    exports norma.nn;
    exports norma.norm;
    exports norma.norm.channel;
    exports norma.norm.conditional;
    exports norma.norm.feature;
    exports norma.norm.weight;
    exports norma.optim;
    exports norma.parallel;
    exports norma.placement;
    exports norma.tensor;
    exports norma.tokenizer;
    exports norma.train;
}
