package norma.bench.workload;

import java.util.List;
import java.util.function.Supplier;
import norma.bench.workload.Workload.Operation;
import norma.tensor.BufferPool;
import norma.tensor.Op;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// Operations as a model runs them: on a tape whose buffers are used again in the next step.
final class Passes {

    private Passes() {
    }

    /// From inputs to results.
    @FunctionalInterface
    interface Graph {
        Tensor[] of(Tensor[] x);
    }

    /// Forward alone, nothing recorded.
    static Operation forward(Supplier<Tensor> f) {
        var pool = new BufferPool();
        return () -> {
            try (Tape _ = Tape.inference(pool)) {
                return f.get();
            }
        };
    }

    /// Forward, then backward from given gradients of the results, 1 for a loss, to the inputs and the parameters.
    ///
    /// Inputs are intermediate results, as in the middle of a model: their gradients are made, used and released.
    /// Gradients of parameters are kept, and cleared before the next step.
    ///
    /// @param inputs of the graph
    /// @param parameters variables that the graph uses besides
    static Operation forwardBackward(Graph graph, List<Tensor> inputs, Tensor... parameters) {
        var pool = new BufferPool();
        Tensor[] dy = gradients(graph, inputs);
        return () -> {
            try (Tape tape = Tape.training(pool, 1)) {
                Tensor[] y = graph.of(inputs.stream().map(Intermediate::of).toArray(Tensor[]::new));
                tape.backward(End.of(y, dy));
            }
            for (Tensor parameter : parameters) {
                parameter.clearGradient();
            }
            return pool;
        };
    }

    private static Tensor[] gradients(Graph graph, List<Tensor> inputs) {
        try (Tape _ = Tape.inference(new BufferPool())) {
            Tensor[] y = graph.of(inputs.toArray(Tensor[]::new));
            Tensor[] dy = new Tensor[y.length];
            for (int i = 0; i < y.length; i++) {
                dy[i] = y[i].shape().rank() == 0 ? Tensor.scalar(1) : Inputs.random(1000 + i, y[i].shape().toArray());
            }
            return dy;
        }
    }

    /// Stands for the part of a model that made x; the gradient of x ends here.
    ///
    /// @param before what x depends on
    private record Intermediate(Tensor before) implements Op {
        private static final Tensor BEFORE = Tensor.scalar(1).variable();

        static Tensor of(Tensor x) {
            return Tape.record(new Intermediate(BEFORE), Tensor.of(x.shape(), x.data()));
        }

        @Override
        public Tensor[] inputs() {
            return new Tensor[] {before};
        }

        @Override
        public Tensor[] backward(Tensor dx) {
            return new Tensor[] {null};
        }
    }

    /// Stands for the part of a model after the results y, which gives their gradients dy.
    private record End(Tensor[] y, Tensor[] dy) implements Op {
        static Tensor of(Tensor[] y, Tensor[] dy) {
            return Tape.record(new End(y, dy), Tensor.empty(Shape.SCALAR).fill(0));
        }

        @Override
        public Tensor[] inputs() {
            return y;
        }

        @Override
        public Tensor[] backward(Tensor one) {
            return dy;
        }
    }
}
