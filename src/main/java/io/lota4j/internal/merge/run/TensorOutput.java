package io.lota4j.internal.merge.run;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.merge.Change;
import io.lota4j.internal.merge.ModelTensor;
import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.TensorMerge;
import io.lota4j.internal.merge.TensorPieces;
import io.lota4j.internal.merge.Workers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Writes one tensor of the result, block by block: a block's values are computed in F32 and rounded once.
final class TensorOutput {
    private final ResultFile file;
    private final TensorInfo info;
    private final int span;
    private final long numel;
    private final Blocks blocks;
    private final ConcurrentLinkedDeque<Buffers> idle = new ConcurrentLinkedDeque<>();

    /// The least value that F16 rounds to infinity.
    private static final float FIRST_LOST = 65520;

    private final LongAdder lost = new LongAdder();
    private final Rounding.Tally rounding;

    /// Values that the result's type cannot hold.
    static final class Overflow extends LotaException {
        private static final long serialVersionUID = 1L;

        Overflow(String tensor, long count) {
            super(Text.format(
                    "Tensor '%s' of the result has %d values beyond 65504, the largest of F16; they would become"
                            + " infinite. Store the result as BF16 or F32 ('out_dtype: bfloat16').",
                    tensor, count));
        }
    }

    /// What one thread needs for a block.
    private record Buffers(float[] values, float[] before, float[] after, ByteBuffer bytes) {}

    /// @param span elements of a block
    TensorOutput(ResultFile file, TensorInfo info, int span) {
        this.file = file;
        this.info = info;
        this.span = Math.max(1, span);
        this.numel = info.shape().numel();
        this.blocks = new Blocks(count());
        this.rounding = new Rounding.Tally(info.dtype());
    }

    private int count() {
        return Math.toIntExact(Math.ceilDiv(numel, span));
    }

    /// Writes what a method makes of the pieces.
    Journal.Entry merge(TensorPieces pieces, TensorMerge merge) {
        Optional<ModelTensor.Weights> base = pieces.task().base();
        ExactEntries exact = new ExactEntries(pieces, merge);
        pieces.merge(
                merge,
                (piece, merged) -> withBuffers(buffers -> {
                    List<ExactEntries.Kept> kept = exact.kept(piece, merged);
                    if (pieces.sparse()) {
                        base.orElseThrow().read(piece.first(), length(piece.first()), buffers.values);
                        patch(piece, merged, kept, buffers);
                    } else if (pieces.deltas()) {
                        add(piece.base(), merged, kept, buffers.values, piece.size());
                    } else {
                        System.arraycopy(merged, 0, buffers.values, 0, piece.size());
                    }
                    if (!pieces.sparse() && base.isPresent()) {
                        rounding.add(piece.base(), buffers.values, piece.size());
                    }
                    write(piece.first(), buffers);
                }));
        return entry(rounding.total().withInexact(info.name(), exact.lost()));
    }

    private void patch(Piece piece, float[] deltas, List<ExactEntries.Kept> kept, Buffers buffers) {
        int[] offsets = piece.offsets();
        float[] before = buffers.before;
        float[] after = buffers.after;
        for (int i = 0; i < piece.size(); i++) {
            before[i] = buffers.values[offsets[i]];
        }
        add(before, deltas, kept, after, piece.size());
        for (int i = 0; i < piece.size(); i++) {
            buffers.values[offsets[i]] = after[i];
        }
        rounding.add(before, after, piece.size());
    }

    private static void add(float[] base, float[] deltas, List<ExactEntries.Kept> kept, float[] values, int size) {
        for (int i = 0; i < size; i++) {
            values[i] = Change.of(base[i], deltas[i]);
        }
        kept.forEach(one -> values[one.place()] = one.value());
    }

    /// Writes weights in this tensor's type.
    Journal.Entry convert(ModelTensor.Weights weights, Workers workers) {
        workers.each(
                count(),
                block -> withBuffers(buffers -> {
                    long first = (long) block * span;
                    weights.read(first, length(first), buffers.values);
                    write(first, buffers);
                }));
        return entry();
    }

    /// Writes bytes as they are.
    Journal.Entry copy(MemorySegment stored, Workers workers) {
        workers.each(count(), block -> {
            long first = (long) block * span;
            put(first, stored.asSlice(at(first), at(length(first))).asByteBuffer());
        });
        return entry();
    }

    private void write(long first, Buffers buffers) {
        int length = length(first);
        MemorySegment values = MemorySegment.ofArray(buffers.values).asSlice(0, (long) length * Float.BYTES);
        buffers.bytes.clear().limit(length * size());
        Floats.fromF32(values, info.dtype(), MemorySegment.ofBuffer(buffers.bytes));
        if (info.dtype() == DType.F16) {
            countLost(buffers, length);
        }
        put(first, buffers.bytes);
    }

    /// Counts finite values that F16 makes infinite of.
    private void countLost(Buffers buffers, int length) {
        int count = 0;
        for (int i = 0; i < length; i++) {
            count += Math.abs(buffers.values[i]) >= FIRST_LOST && Float.isFinite(buffers.values[i]) ? 1 : 0;
        }
        if (count > 0) {
            lost.add(count);
        }
    }

    private void put(long first, ByteBuffer bytes) {
        blocks.put(Math.toIntExact(first / span), bytes);
        try {
            file.write(info.offset() + at(first), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Journal.Entry entry() {
        return entry(rounding.total());
    }

    private Journal.Entry entry(Rounding effect) {
        if (lost.sum() > 0) {
            throw new Overflow(info.name(), lost.sum());
        }
        return new Journal.Entry(info.name(), info.bytes(), Math.toIntExact(at(span)), blocks.digest(), effect);
    }

    private int length(long first) {
        return (int) Math.min(span, numel - first);
    }

    private long at(long element) {
        return info.dtype().bytes(element);
    }

    private int size() {
        return info.dtype().size();
    }

    private void withBuffers(Consumer<Buffers> work) {
        @Nullable Buffers buffers = idle.poll();
        if (buffers == null) {
            buffers = new Buffers(
                    new float[span], new float[span], new float[span], ByteBuffer.allocateDirect(span * size()));
        }
        work.accept(buffers);
        idle.push(buffers);
    }
}
