package norma.tornado.offload;

import norma.kernel.Floats;
import norma.kernel.contract.Transfer;

/// The host's access to what lies on the device.
record OffloadedTransfer(Offload offload) implements Transfer {

    @Override
    public Floats adopt(float[] values) {
        offload.at(values);
        return Floats.of(values);
    }

    @Override
    public void read(Floats from, float[] to, int offset) {
        if (from.length() > 0) {
            offload.device().read(offload.at(from), to, offset, from.length());
        }
    }

    @Override
    public void write(float[] from, int offset, Floats to) {
        if (to.length() > 0) {
            offload.device().write(from, offset, offload.at(to), to.length());
        }
    }
}
