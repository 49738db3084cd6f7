package norma.tornado.offload;

import java.util.Arrays;
import norma.kernel.Window;
import norma.kernel.WindowGeometry;

/// A window's geometry as kernels expect it, in front of the other numbers of a launch.
final class Geometry {

    private Geometry() {
    }

    static int[] before(WindowGeometry z, int... others) {
        Window down = z.vertical(), across = z.horizontal();
        int[] geometry = {z.height(), z.width(), z.outHeight(), z.outWidth(), down.size(), across.size(),
                down.stride(), across.stride(), down.padding(), across.padding(), down.dilation(), across.dilation()};
        int[] all = Arrays.copyOf(geometry, geometry.length + others.length);
        System.arraycopy(others, 0, all, geometry.length, others.length);
        return all;
    }
}
