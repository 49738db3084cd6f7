package norma.tornado.offload;

import norma.kernel.Activation;
import norma.kernel.Floats;
import norma.kernel.contract.Broadcast;
import norma.kernel.contract.ElementwiseKernel;
import norma.tornado.code.ElementwiseCode;
import norma.tornado.device.Device;
import norma.tornado.device.Kernel;

/// Maths on one element at a time.
record OffloadedElementwise(Offload offload) implements ElementwiseKernel {
    private static final Kernel FILL = Kernel.of(ElementwiseCode::fill);
    private static final Kernel COPY_ROWS = Kernel.of(ElementwiseCode::copyRows);
    private static final Kernel UNARY = Kernel.of(ElementwiseCode::unary);
    private static final Kernel UNARY_IN_DOUBLE = Kernel.of(ElementwiseCode::unaryInDouble);
    private static final Kernel BINARY = Kernel.of(ElementwiseCode::binary);
    private static final Kernel BINARY_IN_DOUBLE = Kernel.of(ElementwiseCode::binaryInDouble);
    private static final Kernel AFFINE = Kernel.of(ElementwiseCode::affine);
    private static final Kernel ADD_SCALED = Kernel.of(ElementwiseCode::addScaled);
    private static final Kernel WHERE = Kernel.of(ElementwiseCode::where);
    private static final Kernel ACTIVATE = Kernel.of(ElementwiseCode::activate);
    private static final Kernel ACTIVATE_BACKWARD = Kernel.of(ElementwiseCode::activateBackward);
    private static final Kernel PERMUTE = Kernel.of(ElementwiseCode::permute);

    /// Numbers of a walk before those of its axes, and the axes that a launch has room for.
    private static final int HEAD = 5;
    private static final int MOST_AXES = (Device.INTS - 1 - HEAD) / 3;

    @Override
    public void fill(float value, Floats y) {
        offload.launch(FILL, new float[] {value}, y.length(), offload.at(y));
    }

    @Override
    public void copy(Floats x, Floats y) {
        copyRows(1, y.length(), x, 0, y, 0);
    }

    @Override
    public void copyRows(int rows, int columns, Floats x, int xStep, Floats y, int yStep) {
        offload.launch(COPY_ROWS, rows * columns, columns, offload.at(x), xStep, offload.at(y), yStep);
    }

    @Override
    public void unary(Unary op, Floats x, Floats y) {
        Kernel kernel = switch (op) {
            case LOG, LOG1P, SOFTPLUS, SIN, COS -> UNARY_IN_DOUBLE;
            default -> UNARY;
        };
        offload.launch(kernel, y.length(), op.ordinal(), offload.at(x), offload.at(y));
    }

    @Override
    public void binary(Binary op, Floats a, Floats b, Floats y, Broadcast shape) {
        Kernel kernel = op == Binary.POWER || op == Binary.ATAN2 ? BINARY_IN_DOUBLE : BINARY;
        launch(kernel, op.ordinal(), a, b, y, shape);
    }

    @Override
    public void affine(Floats x, float scale, float shift, Floats y) {
        offload.launch(AFFINE, new float[] {scale, shift}, y.length(), offload.at(x), offload.at(y));
    }

    @Override
    public void addScaled(Floats x, float scale, Floats y) {
        offload.launch(ADD_SCALED, new float[] {scale}, y.length(), offload.at(x), offload.at(y));
    }

    @Override
    public void where(Floats condition, Floats a, Floats b, Floats y) {
        offload.launch(WHERE, y.length(), offload.at(condition), offload.at(a), offload.at(b), offload.at(y));
    }

    @Override
    public void activate(Activation f, Floats x, Floats y) {
        offload.launch(ACTIVATE, y.length(), f.ordinal(), offload.at(x), offload.at(y));
    }

    @Override
    public void activateBackward(Activation f, Floats x, Floats dy, Floats dx) {
        offload.launch(ACTIVATE_BACKWARD, dx.length(), f.ordinal(), offload.at(x), offload.at(dy), offload.at(dx));
    }

    @Override
    public void permute(Floats x, Floats y, int[] dims, int[] strides) {
        launch(PERMUTE, 0, x, x, y, new Broadcast(dims, strides, strides));
    }

    private void launch(Kernel kernel, int op, Floats a, Floats b, Floats y, Broadcast shape) {
        int axes = shape.dims().length;
        if (axes > MOST_AXES) {
            throw new IllegalArgumentException("Offload: axes must be at most " + MOST_AXES + "; got " + axes);
        }
        int[] ints = new int[HEAD + 3 * axes];
        ints[0] = op;
        ints[1] = offload.at(a);
        ints[2] = offload.at(b);
        ints[3] = offload.at(y);
        ints[4] = axes;
        for (int i = 0; i < axes; i++) {
            ints[HEAD + 3 * i] = shape.dims()[i];
            ints[HEAD + 3 * i + 1] = shape.aStrides()[i];
            ints[HEAD + 3 * i + 2] = shape.bStrides()[i];
        }
        offload.launch(kernel, y.length(), ints);
    }
}
