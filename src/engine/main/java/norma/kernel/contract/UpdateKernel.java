package norma.kernel.contract;

import norma.kernel.Floats;
import norma.parallel.Workers;

/// Steps of optimizers, in place on one parameter array; lengths equal.
public interface UpdateKernel {

    /// AdamW (Loshchilov & Hutter 2017, arXiv 1711.05101), t-th step:
    /// g = gradientScale * gradient; m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2;
    /// w = w - rate * decay * w - rate * (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps).
    ///
    /// @param step t, from 1
    record AdamW(float rate, float b1, float b2, float eps, float decay, float gradientScale, long step) {

        /// rate / (1 - b1^t)
        public float correctedRate() {
            return (float) (rate / (1 - Math.pow(b1, step)));
        }

        /// 1 / (1 - b2^t)
        public float correction() {
            return (float) (1 / (1 - Math.pow(b2, step)));
        }
    }

    /// One step of AdamW.
    default void adamW(AdamW step, Floats w, Floats gradient, Floats m, Floats v) {
        float gradientScale = step.gradientScale, b1 = step.b1, b2 = step.b2, eps = step.eps;
        float rate = step.correctedRate(), correction = step.correction(), decay = step.rate * step.decay;
        Workers.split(w.length(), Workers.grain(1), (from, to) -> {
            float[] ws = w.array(), gs = gradient.array(), ms = m.array(), vs = v.array();
            int w0 = w.offset(), g0 = gradient.offset(), m0 = m.offset(), v0 = v.offset();
            for (int i = from; i < to; i++) {
                float g = gs[g0 + i] * gradientScale;
                float mean = ms[m0 + i] = b1 * ms[m0 + i] + (1 - b1) * g;
                float square = vs[v0 + i] = b2 * vs[v0 + i] + (1 - b2) * (g * g);
                float change = rate * mean / ((float) Math.sqrt(square * correction) + eps);
                ws[w0 + i] -= decay * ws[w0 + i] + change;
            }
        });
    }

    /// SGD (Sutskever et al. 2013), with decoupled decay: g = gradientScale * gradient; velocity = momentum * velocity + g;
    /// w = w - rate * decay * w - rate * (nesterov ? g + momentum * velocity : velocity).
    record Sgd(float rate, float momentum, boolean nesterov, float decay, float gradientScale) {
    }

    /// One step of SGD; `velocity` may be null when momentum is 0.
    default void sgd(Sgd step, Floats w, Floats gradient, Floats velocity) {
        float decay = step.rate * step.decay;
        Workers.split(w.length(), Workers.grain(1), (from, to) -> {
            float[] ws = w.array(), gs = gradient.array();
            for (int i = from; i < to; i++) {
                float g = gs[gradient.offset() + i] * step.gradientScale;
                float change = g;
                if (velocity != null) {
                    int k = velocity.offset() + i;
                    float u = velocity.array()[k] = step.momentum * velocity.array()[k] + g;
                    change = step.nesterov ? g + step.momentum * u : u;
                }
                ws[w.offset() + i] -= decay * ws[w.offset() + i] + step.rate * change;
            }
        });
    }
}
