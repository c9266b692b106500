package io.lota4j.internal.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.memory.Buffer;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// The embedding or the head, `[vocabulary, width]`: the weights of which a pass reads some rows, or all of them a
/// block
/// at a time. Larger than a block, it can stay in the checkpoint's mapped file.
final class TokenTable {
    /// F32 values of a block, 256 MiB: large enough that products with it are as fast as with the whole.
    static final long BLOCK = 64 << 20;

    /// Elements that one thread reads at once.
    private static final long PART = 1 << 20;

    /// No block is in the buffer, or not with its newest values.
    private static final int NONE = -1;

    private final Checkpoint checkpoint;
    private final String name;
    private final Shape shape;
    private final long blockRows;
    private final Torch torch;
    private final List<Overlay> overlays = new ArrayList<>();
    private @Nullable PtNDArray buffer;
    private @Nullable PtNDArray whole;
    private int current = NONE;

    /// @param checkpoint must stay open
    /// @param blockRows see [#blockRows]
    TokenTable(Checkpoint checkpoint, String name, Shape shape, long blockRows, Torch torch) {
        this.checkpoint = checkpoint;
        this.name = name;
        this.shape = shape;
        this.blockRows = blockRows;
        this.torch = torch;
    }

    /// The rows of a block of at most so many values.
    static long blockRows(Shape table, long most) {
        return Math.clamp(most / table.dim(1), 1, table.dim(0));
    }

    /// Some rows and where each id's is among them: what [Decoder#embed] looks tokens up in.
    ///
    /// @param ids each below the vocabulary's size
    Rows rows(long[] ids, PtNDManager into) {
        long[] distinct = LongStream.of(ids).sorted().distinct().toArray();
        long width = shape.dim(1);
        PtNDArray rows = Torch.floats(into, distinct.length, width);
        torch.buffer(rows).write(memory -> {
            for (int r = 0; r < distinct.length; r++) {
                MemorySegment row = memory.asSlice(r * width * Float.BYTES, width * Float.BYTES);
                read(distinct[r] * width, row);
            }
        });
        rest();
        long[] places =
                LongStream.of(ids).map(id -> Arrays.binarySearch(distinct, id)).toArray();
        return new Rows(rows, places);
    }

    /// @param table `[n, width]`
    /// @param places of the ids in it
    @SuppressWarnings("ArrayRecordComponent") // made once, never written
    record Rows(PtNDArray table, long[] places) {}

    /// The rows of one block, valid until the next call.
    PtNDArray block(int number, PtNDManager into) {
        long from = number * blockRows;
        long to = Math.min(shape.dim(0), from + blockRows);
        PtNDArray memory = buffer();
        if (number != current) {
            Buffer rows = torch.buffer(memory).slice(0, (to - from) * shape.dim(1) * Float.BYTES);
            rows.write(target -> readParts(from * shape.dim(1), target));
            current = number;
        }
        return Torch.rows(memory, 0, to - from, into);
    }

    private PtNDArray buffer() {
        PtNDArray made = buffer;
        if (made == null) {
            made = Torch.floats(torch.manager(), blockRows, shape.dim(1));
            buffer = made;
        }
        return made;
    }

    /// All of it with its newest values, valid until the next call.
    PtNDArray whole() {
        PtNDArray copy = whole;
        if (copy == null) {
            copy = Torch.floats(torch.manager(), shape);
            whole = copy;
        }
        torch.buffer(copy).write(target -> readParts(0, target));
        return copy;
    }

    private void readParts(long first, MemorySegment target) {
        long count = target.byteSize() / Float.BYTES;
        LongStream.range(0, Math.ceilDiv(count, PART)).parallel().forEach(part -> {
            long from = part * PART;
            long size = Math.min(PART, count - from);
            read(first + from, target.asSlice(from * Float.BYTES, size * Float.BYTES));
        });
        rest();
    }

    /// Gives mapped pages of what lies over it back.
    void rest() {
        overlays.forEach(Overlay::rest);
    }

    /// Some elements with their newest values.
    void read(long first, MemorySegment target) {
        checkpoint.read(name, first, target);
        overlays.forEach(overlay -> overlay.scatter(first, target));
    }

    /// As [MappedLayers#overlay].
    Buffer overlay(long count, @Nullable Buffer index) {
        return overlay(Overlay.of(count, index, torch));
    }

    /// As the other `overlay`, with its values where they are.
    Buffer overlay(Overlay overlay) {
        for (int block = 0; block * blockRows < shape.dim(0); block++) {
            long first = block * blockRows * shape.dim(1);
            try (PtNDArray values = block(block, torch.manager())) {
                torch.buffer(values).read(part -> overlay.gather(first, part));
                overlay.rest();
            }
        }
        overlays.add(overlay);
        return overlay.values();
    }

    /// Values of an overlay have been written.
    void moved() {
        current = NONE;
    }
}
