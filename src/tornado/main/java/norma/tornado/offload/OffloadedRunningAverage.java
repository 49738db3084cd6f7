package norma.tornado.offload;

import norma.kernel.Floats;
import norma.kernel.contract.RunningAverageKernel;
import norma.tornado.code.RunningAverageCode;
import norma.tornado.device.Kernel;

/// Averages over the batches seen in training.
record OffloadedRunningAverage(Offload offload) implements RunningAverageKernel {
    private static final Kernel MEAN = Kernel.of(RunningAverageCode::mean);
    private static final Kernel MOMENTS = Kernel.of(RunningAverageCode::moments);
    private static final Kernel MEANS = Kernel.of(RunningAverageCode::means);
    private static final Kernel RENORM = Kernel.of(RunningAverageCode::renorm);

    @Override
    public void mix(Weight weight, Floats values, Floats running) {
        offload.launch(MEAN, new float[] {weight.fixed(), weight.until()}, running.length(), offload.at(values),
                offload.at(running), count(weight));
    }

    @Override
    public void moments(Weight weight, double unbiased, Floats statistics, Floats mean, Floats variance) {
        float head = (float) unbiased;
        float[] f = {weight.fixed(), weight.until(), head, Float.isFinite(head) ? (float) (unbiased - head) : 0};
        int channels = mean.length();
        offload.launch(MOMENTS, f, channels, offload.at(statistics), offload.at(mean), offload.at(variance),
                count(weight), statistics.length() / (3 * channels));
    }

    @Override
    public void means(Weight weight, Floats statistics, Floats mean) {
        offload.launch(MEANS, new float[] {weight.fixed(), weight.until()}, mean.length(), offload.at(statistics),
                offload.at(mean), count(weight));
    }

    @Override
    public void renorm(Renorm f, Floats statistics, Floats mean, Floats std, Floats r, Floats d) {
        offload.launch(RENORM, new float[] {f.eps(), f.weight(), f.rMax(), f.dMax()}, mean.length(),
                offload.at(statistics), offload.at(mean), offload.at(std), offload.at(r), offload.at(d));
    }

    /// Where the count lies on which the weight depends, or -1.
    private int count(Weight weight) {
        return Float.isNaN(weight.fixed()) ? offload.at(weight.count()) : -1;
    }
}
