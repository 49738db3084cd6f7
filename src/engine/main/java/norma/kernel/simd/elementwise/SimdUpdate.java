package norma.kernel.simd.elementwise;

import static jdk.incubator.vector.FloatVector.fromArray;
import static norma.kernel.simd.vector.Species.F;
import static norma.kernel.simd.vector.Species.LANES;

import jdk.incubator.vector.FloatVector;
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
        Workers.split(w.length(), Workers.grain(1), (from, to) -> {
            float[] ws = w.array(), gs = gradient.array(), ms = m.array(), vs = v.array();
            int w0 = w.offset(), g0 = gradient.offset(), m0 = m.offset(), v0 = v.offset();
            int whole = from + F.loopBound(to - from);
            for (int i = from; i < whole; i += LANES) {
                FloatVector g = fromArray(F, gs, g0 + i).mul(gradientScale);
                FloatVector mean = fromArray(F, ms, m0 + i).mul(b1).add(g.mul(1 - b1));
                FloatVector square = fromArray(F, vs, v0 + i).mul(b2).add(g.mul(g).mul(1 - b2));
                FloatVector change = mean.mul(rate).div(square.mul(correction).sqrt().add(eps));
                FloatVector weight = fromArray(F, ws, w0 + i);
                mean.intoArray(ms, m0 + i);
                square.intoArray(vs, v0 + i);
                weight.sub(weight.mul(decay).add(change)).intoArray(ws, w0 + i);
            }
            if (whole < to) {
                int rest = to - whole;
                UpdateKernel.super.adamW(step, w.slice(whole, rest), gradient.slice(whole, rest), m.slice(whole, rest),
                        v.slice(whole, rest));
            }
        });
    }

    @Override
    public void sgd(Sgd step, Floats w, Floats gradient, Floats velocity) {
        if (velocity == null) {
            UpdateKernel.super.sgd(step, w, gradient, null);
            return;
        }
        float gradientScale = step.gradientScale(), momentum = step.momentum(), rate = step.rate();
        float decay = rate * step.decay();
        Workers.split(w.length(), Workers.grain(1), (from, to) -> {
            float[] ws = w.array(), gs = gradient.array(), us = velocity.array();
            int w0 = w.offset(), g0 = gradient.offset(), u0 = velocity.offset();
            int whole = from + F.loopBound(to - from);
            for (int i = from; i < whole; i += LANES) {
                FloatVector g = fromArray(F, gs, g0 + i).mul(gradientScale);
                FloatVector u = fromArray(F, us, u0 + i).mul(momentum).add(g);
                FloatVector change = step.nesterov() ? u.mul(momentum).add(g) : u;
                FloatVector weight = fromArray(F, ws, w0 + i);
                u.intoArray(us, u0 + i);
                weight.sub(weight.mul(decay).add(change.mul(rate))).intoArray(ws, w0 + i);
            }
            if (whole < to) {
                int rest = to - whole;
                UpdateKernel.super.sgd(step, w.slice(whole, rest), gradient.slice(whole, rest),
                        velocity.slice(whole, rest));
            }
        });
    }
}
