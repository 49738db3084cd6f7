package norma.bench.workload;

/// A process that builds a small GPT, trains it for one step and ends: nearly all of it in the interpreter.
public final class FirstStep {
    static final String SHAPE = "B 4, T 64, D 128, 2 layers, V 96";

    private FirstStep() {
    }

    /// One step.
    public static void main(String[] args) {
        Models.trainingStep(4, 64, 128, 4, 2, 96).run();
    }
}
