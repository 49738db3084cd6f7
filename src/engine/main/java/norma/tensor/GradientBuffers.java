package norma.tensor;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import norma.backend.Backend;
import norma.kernel.Floats;

/// The gradients of a backward pass that are not used up yet, and who owns the arrays they lie in.
///
/// An array that is acquired during the pass belongs to the pending gradients that lie in it; several may share one, as views
/// do. When the last of them is used up it goes back to the pool; while only one lies in it, what is added to that
/// gradient is added in place. Gradients that lie in a result of the forward pass are never written to.
final class GradientBuffers implements AutoCloseable {

    /// An array acquired in this pass.
    private static final class Buffer {
        final float[] array;
        /// How many pending gradients lie in it, or the variable that has it for good.
        int holders;
        /// Whether the operation that is being pulled back has acquired it.
        boolean fresh = true;

        Buffer(float[] array) {
            this.array = array;
        }
    }

    private final BufferPool pool;
    private final Tensor[] pending;
    private final Map<float[], Buffer> buffers = new IdentityHashMap<>(8);
    private final List<Buffer> fresh = new ArrayList<>();
    private final List<Tensor> unlisted = new ArrayList<>(0);

    /// @param entries how many operations are on the tape
    GradientBuffers(BufferPool pool, int entries) {
        this.pool = pool;
        pending = new Tensor[entries];
    }

    /// An array that goes back when this operation is finished, unless a gradient lies in it.
    float[] acquire(int length) {
        Buffer buffer = new Buffer(pool.acquire(length));
        buffers.put(buffer.array, buffer);
        fresh.add(buffer);
        return buffer.array;
    }

    /// Begins with the gradient of the loss for itself.
    void start(Tensor loss) {
        add(new Tensor[] {loss}, new Tensor[] {Tensor.one(loss.shape())});
        releaseUnused();
    }

    /// Whether a gradient flows to the result at this position of the tape.
    boolean has(int position) {
        return pending[position] != null;
    }

    /// The gradient of a result.
    Tensor of(Tensor y) {
        return pending[y.position()];
    }

    /// Makes room for the gradients of these inputs: variables release those that were cleared.
    void reuseCleared(Tensor[] inputs) {
        for (Tensor input : inputs) {
            input.releaseClearedGradient(pool);
        }
    }

    /// Adds the gradients that an operation has for its inputs.
    void add(Tensor[] inputs, Tensor[] dx) {
        for (int k = 0; k < inputs.length; k++) {
            if (dx[k] != null && inputs[k].position() >= 0) {
                addToResult(inputs[k].position(), dx[k]);
            } else if (dx[k] != null && inputs[k].tracked()) {
                addToVariable(inputs[k], dx, k);
            }
        }
    }

    private void addToResult(int position, Tensor dx) {
        Tensor sum = pending[position];
        if (sum == null) {
            pending[position] = hold(dx);
        } else if (isAlone(sum) && sum.array() != dx.array()) {
            Backend.kernels().elementwise().addScaled(dx.data(), 1, sum.data());
        } else {
            pending[position] = hold(sum.add(dx));
            release(sum);
        }
    }

    private void addToVariable(Tensor x, Tensor[] dx, int k) {
        Tensor gradient = dx[k];
        Variable variable = x.asVariable();
        if (variable.learned && !variable.listed) {
            unlisted.add(x);
        }
        if (x.hasGradient()) {
            Backend.kernels().elementwise().addScaled(gradient.data(), 1, x.gradient().data());
        } else if (hasItsOwnArray(dx, k)) {
            buffers.remove(gradient.array()).holders++;
            variable.adopt(gradient.data(), unlisted);
        } else {
            variable.adopt(new Floats(pool.acquire(x.size()), 0, x.size()), unlisted);
            x.gradient().set(gradient);
        }
    }

    /// Whether the k-th gradient fills alone an array that this operation has acquired: a variable can have it without a copy.
    private boolean hasItsOwnArray(Tensor[] dx, int k) {
        for (int j = 0; j < dx.length; j++) {
            if (j != k && dx[j] != null && dx[j].array() == dx[k].array()) {
                return false;
            }
        }
        Buffer buffer = buffers.get(dx[k].array());
        return buffer != null && buffer.fresh && dx[k].data().offset() == 0
                && BufferPool.fits(buffer.array, dx[k].size());
    }

    private boolean isAlone(Tensor gradient) {
        Buffer buffer = buffers.get(gradient.array());
        return buffer != null && buffer.holders == 1;
    }

    private Tensor hold(Tensor gradient) {
        Buffer buffer = buffers.get(gradient.array());
        if (buffer != null) {
            buffer.holders++;
        }
        return gradient;
    }

    private void release(Tensor gradient) {
        Buffer buffer = buffers.get(gradient.array());
        if (buffer != null && --buffer.holders == 0 && !buffer.fresh) {
            giveBack(buffer);
        }
    }

    private void giveBack(Buffer buffer) {
        buffers.remove(buffer.array);
        pool.release(buffer.array);
    }

    /// Ends the work of the operation that made y: the gradient of y is used up.
    void finish(Tensor y) {
        release(pending[y.position()]);
        pending[y.position()] = null;
        releaseUnused();
    }

    /// Of the arrays that the operation has acquired, those go back in which no gradient lies.
    private void releaseUnused() {
        while (!fresh.isEmpty()) {
            Buffer buffer = fresh.removeLast();
            buffer.fresh = false;
            if (buffer.holders == 0) {
                giveBack(buffer);
            }
        }
    }

    /// Gives back what a pass that failed has left.
    @Override
    public void close() {
        if (!buffers.isEmpty()) {
            buffers.keySet().forEach(pool::release);
        }
    }
}
