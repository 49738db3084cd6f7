package norma.kernel.simd.elementwise;

import static jdk.incubator.vector.FloatVector.fromArray;
import static norma.kernel.simd.vector.Species.F;
import static norma.kernel.simd.vector.Species.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import norma.kernel.Floats;
import norma.kernel.contract.UpdateKernel;
import norma.parallel.Workers;

/// Steps of optimizers on vectors: the operations of the plain loops in the same order, so the same bits. A rest that
/// fills no vector is left to them.
public final class SimdUpdate implements UpdateKernel {

    @Override
    public void adamW(AdamW step, Floats w, Floats gradient, Floats m, Floats v) {
        float gradientScale = step.gradientScale(), b1 = step.b1(), b2 = step.b2(), eps = step.eps();
        float rate = step.correctedRate(), correction = step.correction(), decay = step.rate() * step.decay();
        split(w.length(), (from, count) -> {
            float[] ws = w.array(), gs = gradient.array(), ms = m.array(), vs = v.array();
            int w0 = w.offset(), g0 = gradient.offset(), m0 = m.offset(), v0 = v.offset();
            for (int i = from; i < from + count; i += LANES) {
                FloatVector g = fromArray(F, gs, g0 + i).mul(gradientScale);
                FloatVector mean = fromArray(F, ms, m0 + i).mul(b1).add(g.mul(1 - b1));
                FloatVector square = fromArray(F, vs, v0 + i).mul(b2).add(g.mul(g).mul(1 - b2));
                FloatVector change = mean.mul(rate).div(square.mul(correction).sqrt().add(eps));
                FloatVector weight = fromArray(F, ws, w0 + i);
                mean.intoArray(ms, m0 + i);
                square.intoArray(vs, v0 + i);
                weight.sub(weight.mul(decay).add(change)).intoArray(ws, w0 + i);
            }
        }, (from, count) -> UpdateKernel.super.adamW(step, w.slice(from, count), gradient.slice(from, count),
                m.slice(from, count), v.slice(from, count)));
    }

    @Override
    public void sgd(Sgd step, Floats w, Floats gradient, Floats velocity) {
        if (velocity == null) {
            UpdateKernel.super.sgd(step, w, gradient, null);
            return;
        }
        float gradientScale = step.gradientScale(), momentum = step.momentum(), rate = step.rate();
        float decay = rate * step.decay();
        split(w.length(), (from, count) -> {
            float[] ws = w.array(), gs = gradient.array(), us = velocity.array();
            int w0 = w.offset(), g0 = gradient.offset(), u0 = velocity.offset();
            for (int i = from; i < from + count; i += LANES) {
                FloatVector g = fromArray(F, gs, g0 + i).mul(gradientScale);
                FloatVector u = fromArray(F, us, u0 + i).mul(momentum).add(g);
                FloatVector change = step.nesterov() ? u.mul(momentum).add(g) : u;
                FloatVector weight = fromArray(F, ws, w0 + i);
                u.intoArray(us, u0 + i);
                weight.sub(weight.mul(decay).add(change.mul(rate))).intoArray(ws, w0 + i);
            }
        }, (from, count) -> UpdateKernel.super.sgd(step, w.slice(from, count), gradient.slice(from, count),
                velocity.slice(from, count)));
    }

    /// The usual form on vectors; centered or with momentum it is left to the plain loops.
    @Override
    public void rmsProp(RmsProp step, Floats w, Floats gradient, Floats v, Floats mean, Floats velocity) {
        if (mean != null || velocity != null) {
            UpdateKernel.super.rmsProp(step, w, gradient, v, mean, velocity);
            return;
        }
        float gradientScale = step.gradientScale(), smoothing = step.smoothing(), rate = step.rate(), eps = step.eps();
        split(w.length(), (from, count) -> {
            float[] ws = w.array(), gs = gradient.array(), vs = v.array();
            int w0 = w.offset(), g0 = gradient.offset(), v0 = v.offset();
            for (int i = from; i < from + count; i += LANES) {
                FloatVector g = fromArray(F, gs, g0 + i).mul(gradientScale);
                FloatVector square = fromArray(F, vs, v0 + i).mul(smoothing).add(g.mul(g).mul(1 - smoothing));
                square.intoArray(vs, v0 + i);
                fromArray(F, ws, w0 + i).sub(g.div(square.sqrt().add(eps)).mul(rate)).intoArray(ws, w0 + i);
            }
        }, (from, count) -> UpdateKernel.super.rmsProp(step, w.slice(from, count), gradient.slice(from, count),
                v.slice(from, count), null, null));
    }

    @Override
    public void adagrad(Adagrad step, Floats w, Floats gradient, Floats v) {
        float gradientScale = step.gradientScale(), rate = step.rate(), eps = step.eps();
        split(w.length(), (from, count) -> {
            float[] ws = w.array(), gs = gradient.array(), vs = v.array();
            int w0 = w.offset(), g0 = gradient.offset(), v0 = v.offset();
            for (int i = from; i < from + count; i += LANES) {
                FloatVector g = fromArray(F, gs, g0 + i).mul(gradientScale);
                FloatVector square = fromArray(F, vs, v0 + i).add(g.mul(g));
                square.intoArray(vs, v0 + i);
                fromArray(F, ws, w0 + i).sub(g.mul(rate).div(square.sqrt().add(eps))).intoArray(ws, w0 + i);
            }
        }, (from, count) -> UpdateKernel.super.adagrad(step, w.slice(from, count), gradient.slice(from, count),
                v.slice(from, count)));
    }

    @Override
    public void lion(Lion step, Floats w, Floats gradient, Floats m) {
        float gradientScale = step.gradientScale(), b1 = step.b1(), b2 = step.b2(), rate = step.rate();
        float decay = rate * step.decay();
        split(w.length(), (from, count) -> {
            float[] ws = w.array(), gs = gradient.array(), ms = m.array();
            int w0 = w.offset(), g0 = gradient.offset(), m0 = m.offset();
            for (int i = from; i < from + count; i += LANES) {
                FloatVector g = fromArray(F, gs, g0 + i).mul(gradientScale), old = fromArray(F, ms, m0 + i);
                FloatVector weight = fromArray(F, ws, w0 + i);
                old.mul(b2).add(g.mul(1 - b2)).intoArray(ms, m0 + i);
                FloatVector u = old.mul(b1).add(g.mul(1 - b1));
                FloatVector change = u.mul(0).blend(rate, u.compare(VectorOperators.GT, 0f)).blend(-rate,
                        u.compare(VectorOperators.LT, 0f));
                weight.sub(weight.mul(decay).add(change)).intoArray(ws, w0 + i);
            }
        }, (from, count) -> UpdateKernel.super.lion(step, w.slice(from, count), gradient.slice(from, count),
                m.slice(from, count)));
    }

    /// Updates `count` elements.
    private interface Loop {
        void run(int from, int count);
    }

    /// Shares elements out to threads: those that fill vectors to one loop, what is left over to another.
    private static void split(int length, Loop vectors, Loop rest) {
        Workers.split(length, Workers.grain(1), (from, to) -> {
            int whole = F.loopBound(to - from);
            vectors.run(from, whole);
            if (from + whole < to) {
                rest.run(from + whole, to - from - whole);
            }
        });
    }
}
