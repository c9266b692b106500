package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.TensorPieces;
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
        for (int word = 0; word < known.length; word++) {
            keep(known[word], deltas, values, word * Long.SIZE, Math.min(piece.size(), (word + 1) * Long.SIZE));
        }
        return values;
    }

    private static void keep(long word, float[] deltas, float[] values, int from, int to) {
        for (int i = from; i < to; i++) {
            values[i] = deltas[i] * (word >>> (i - from) & 1);
        }
    }

    private static long[] nonZero(float[] values, int size) {
        long[] bits = new long[Math.ceilDiv(size, Long.SIZE)];
        for (int word = 0; word < bits.length; word++) {
            bits[word] = nonZero(values, word * Long.SIZE, Math.min(size, (word + 1) * Long.SIZE));
        }
        return bits;
    }

    private static long nonZero(float[] values, int from, int to) {
        long word = 0;
        for (int i = from; i < to; i++) {
            word |= (long) (-TrimThreshold.magnitude(values[i]) >>> (Integer.SIZE - 1)) << (i - from);
        }
        return word;
    }
}
