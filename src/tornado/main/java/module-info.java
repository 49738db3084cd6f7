/// The engine's kernels on a device, through TornadoVM. Nothing of TornadoVM is needed to compile or to load this module.
module norma.tornado {
    requires transitive norma.engine;

    exports norma.tornado;
}
