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

    /// RMSprop (Tieleman & Hinton 2012): g = gradientScale * gradient; v = smoothing v + (1 - smoothing) g^2;
    /// centered (Graves 2013, arXiv 1308.0850) mean = smoothing mean + (1 - smoothing) g and s = max(v - mean^2, 0), else s = v;
    /// u = g / (sqrt(s) + eps); velocity = momentum * velocity + u; w = w - rate * (momentum > 0 ? velocity : u).
    record RmsProp(float rate, float smoothing, float eps, float momentum, float gradientScale) {
    }

    /// One step of RMSprop.
    ///
    /// @param mean null where it is not centered
    /// @param velocity null where there is no momentum
    default void rmsProp(RmsProp step, Floats w, Floats gradient, Floats v, Floats mean, Floats velocity) {
        float smoothing = step.smoothing;
        Workers.split(w.length(), Workers.grain(1), (from, to) -> {
            float[] ws = w.array(), gs = gradient.array(), vs = v.array();
            for (int i = from; i < to; i++) {
                float g = gs[gradient.offset() + i] * step.gradientScale;
                float square = vs[v.offset() + i] = smoothing * vs[v.offset() + i] + (1 - smoothing) * (g * g);
                if (mean != null) {
                    int k = mean.offset() + i;
                    float center = mean.array()[k] = smoothing * mean.array()[k] + (1 - smoothing) * g;
                    square = Math.max(square - center * center, 0);
                }
                float change = g / ((float) Math.sqrt(square) + step.eps);
                if (velocity != null) {
                    int k = velocity.offset() + i;
                    change = velocity.array()[k] = step.momentum * velocity.array()[k] + change;
                }
                ws[w.offset() + i] -= step.rate * change;
            }
        });
    }

    /// Adagrad (Duchi, Hazan & Singer 2011): g = gradientScale * gradient; v = v + g^2; w = w - rate * g / (sqrt(v) + eps).
    record Adagrad(float rate, float eps, float gradientScale) {
    }

    /// One step of Adagrad.
    default void adagrad(Adagrad step, Floats w, Floats gradient, Floats v) {
        float rate = step.rate, eps = step.eps, gradientScale = step.gradientScale;
        Workers.split(w.length(), Workers.grain(1), (from, to) -> {
            float[] ws = w.array(), gs = gradient.array(), vs = v.array();
            int w0 = w.offset(), g0 = gradient.offset(), v0 = v.offset();
            for (int i = from; i < to; i++) {
                float g = gs[g0 + i] * gradientScale;
                float square = vs[v0 + i] = vs[v0 + i] + g * g;
                ws[w0 + i] -= rate * g / ((float) Math.sqrt(square) + eps);
            }
        });
    }

    /// Lion (Chen et al. 2023, arXiv 2302.06675): g = gradientScale * gradient; u = sign(b1 m + (1 - b1) g);
    /// w = w - rate * decay * w - rate * u; m = b2 m + (1 - b2) g.
    record Lion(float rate, float b1, float b2, float decay, float gradientScale) {
    }

    /// One step of Lion.
    default void lion(Lion step, Floats w, Floats gradient, Floats m) {
        float gradientScale = step.gradientScale, b1 = step.b1, b2 = step.b2, rate = step.rate;
        float decay = rate * step.decay;
        Workers.split(w.length(), Workers.grain(1), (from, to) -> {
            float[] ws = w.array(), gs = gradient.array(), ms = m.array();
            int w0 = w.offset(), g0 = gradient.offset(), m0 = m.offset();
            for (int i = from; i < to; i++) {
                float g = gs[g0 + i] * gradientScale, old = ms[m0 + i];
                ms[m0 + i] = b2 * old + (1 - b2) * g;
                ws[w0 + i] -= decay * ws[w0 + i] + rate * Math.signum(b1 * old + (1 - b1) * g);
            }
        });
    }
}
