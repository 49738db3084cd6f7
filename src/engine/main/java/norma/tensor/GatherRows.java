package norma.tensor;

import norma.backend.Backend;

/// `y[i] = table[ids[i]]`; its derivative adds rows back to where they came from.
record GatherRows(Tensor table, Indices ids) implements Op {

    static Tensor of(Tensor table, Indices ids) {
        if (table.shape().rank() != 2) {
            throw new IllegalArgumentException("gather: the table must be (rows, columns); got " + table.shape());
        }
        ids.check("gather", table.dim(0));
        Tensor y = Tensor.empty(ids.shape().append(table.dim(1)));
        Backend.kernels().gather().gather(table.data(), ids.values(), table.dim(1), y.data());
        return Tape.record(new GatherRows(table, ids), y);
    }

    @Override
    public Tensor[] inputs() {
        return new Tensor[] {table};
    }

    @Override
    public Tensor[] backward(Tensor dy) {
        return new Tensor[] {ScatterRows.of(dy, ids, table.shape())};
    }

    /// `table = 0; table[ids[i]] += rows[i]`
    record ScatterRows(Tensor rows, Indices ids) implements Op {

        static Tensor of(Tensor rows, Indices ids, Shape table) {
            Tensor y = Tensor.full(table, 0);
            Backend.kernels().gather().scatterAdd(rows.data(), ids.values(), table.dim(1), y.data());
            return Tape.record(new ScatterRows(rows, ids), y);
        }

        @Override
        public Tensor[] inputs() {
            return new Tensor[] {rows};
        }

        @Override
        public Tensor[] backward(Tensor dy) {
            return new Tensor[] {dy.gather(ids)};
        }
    }
}
