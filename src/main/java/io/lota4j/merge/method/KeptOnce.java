package io.lota4j.merge.method;

import io.lota4j.merge.Piece;
import io.lota4j.merge.TensorPieces;
import org.jspecify.annotations.Nullable;

/// What a trim keeps unchanged, found once and remembered as a bit for each delta, where it takes long to find.
final class KeptOnce implements Trim.Kept {
    /// The most bytes that are remembered of a tensor; of a larger one everything is found again.
    private static final long MOST_BYTES = 64L << 20;

    private final Trim.Kept kept;
    private final int models;

    /// By piece and model; each is set by the one thread that has the piece.
    private final long[] @Nullable [] bits;

    private KeptOnce(Trim.Kept kept, TensorPieces tensor) {
        this.kept = kept;
        models = tensor.models();
        bits = new long[tensor.count() * models][];
    }

    /// @param kept leaves deltas as they are or makes them zero
    static Trim.Kept of(Trim.Kept kept, TensorPieces tensor) {
        return tensor.models() * tensor.numel() / Byte.SIZE <= MOST_BYTES ? new KeptOnce(kept, tensor) : kept;
    }

    @Override
    public float[] of(Piece piece, int model) {
        int at = piece.number() * models + model;
        long[] known = bits[at];
        if (known == null) {
            float[] values = kept.of(piece, model);
            bits[at] = nonZero(values, piece.size());
            return values;
        }
        float[] deltas = piece.operand(model);
        float[] values = piece.scratch(model);
        for (int i = 0; i < piece.size(); i++) {
            values[i] = deltas[i] * (known[i / Long.SIZE] >>> i & 1);
        }
        return values;
    }

    private static long[] nonZero(float[] values, int size) {
        long[] bits = new long[Math.ceilDiv(size, Long.SIZE)];
        for (int i = 0; i < size; i++) {
            bits[i / Long.SIZE] |= (values[i] != 0 ? 1L : 0L) << i;
        }
        return bits;
    }
}
