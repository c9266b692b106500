package io.lota4j.internal.merge;

/// Reads all elements, as deltas from the base or as weights.
record DenseReader(TensorTask task, boolean deltas) implements PieceReader {
    @Override
    public void read(long first, int span, Piece piece) {
        piece.become(first, span, task.base().isPresent());
        task.base().ifPresent(base -> base.read(first, span, piece.base()));
        for (int m = 0; m < task.models().size(); m++) {
            ModelTensor model = task.models().get(m);
            float[] values = piece.operand(m);
            model.read(first, span, values);
            if (deltas && model instanceof ModelTensor.Weights) {
                subtract(values, piece.base(), span);
            } else if (!deltas && model instanceof ModelTensor.Delta delta) {
                add(values, piece.base(), span);
                delta.exact()
                        .ifPresent(exact ->
                                exact.within(first, span, (index, value) -> values[(int) (index - first)] = value));
            }
        }
    }

    @Override
    public int size(long first, int span) {
        return span;
    }

    private static void subtract(float[] values, float[] base, int count) {
        for (int i = 0; i < count; i++) {
            values[i] -= base[i];
        }
    }

    private static void add(float[] values, float[] base, int count) {
        for (int i = 0; i < count; i++) {
            values[i] = Change.of(base[i], values[i]);
        }
    }
}
