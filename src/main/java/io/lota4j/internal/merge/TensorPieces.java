package io.lota4j.internal.merge;

import io.lota4j.checkpoint.Shape;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One tensor of a merge, visited piece by piece: however large it is, few pieces are in memory at a time.
///
/// The ranges of the pieces depend on the shape alone. A piece is dense or, where all models are known to
/// change few elements, holds those alone; both give the same results, bit for bit.
public final class TensorPieces {
    /// Elements of a piece: what all models have there fits a core's second-level cache.
    static final int SPAN = 1 << 14;

    /// Pieces that one thread gathers from before it combines: some hundred thousand elements, enough for the
    /// largest histogram to be worth its memory.
    private static final int PART = 16;

    /// Takes the merged values of one piece.
    @FunctionalInterface
    public interface Sink {
        /// @param piece as it was merged
        /// @param merged as many values as the piece has elements; a delta each where [TensorPieces#deltas()]
        void accept(Piece piece, float[] merged);
    }

    private final TensorTask task;
    private final ReadMode reading;
    private final Workers workers;
    private final long numel;
    private final long rowLength;
    private final int span;
    private final ConcurrentLinkedDeque<Buffers> idle = new ConcurrentLinkedDeque<>();

    /// What one thread needs for a piece.
    private record Buffers(PieceReader reader, Piece piece, float[] merged) {}

    /// @param method decides whether deltas or weights are merged, and whether a piece holds whole rows
    public TensorPieces(TensorTask task, MergeMethod method, Workers workers) {
        this.task = task;
        this.workers = workers;
        numel = task.shape().numel();
        rowLength = rowLength(task.shape());
        span = span(task.shape(), method);
        reading = ReadMode.of(task, method);
    }

    private static long rowLength(Shape shape) {
        return shape.rank() == 0 ? 1 : shape.dim(shape.rank() - 1);
    }

    /// How many elements of a tensor a piece's range covers, the last one's excepted.
    public static int span(Shape shape, MergeMethod method) {
        long numel = shape.numel();
        long rowLength = rowLength(shape);
        if (!method.wholeRows() || rowLength == 0) {
            return (int) Math.min(numel, SPAN);
        }
        return Math.toIntExact(Math.min(numel, Math.max(1, SPAN / rowLength) * rowLength));
    }

    /// What is merged.
    public TensorTask task() {
        return task;
    }

    /// How many models there are.
    public int models() {
        return task.models().size();
    }

    /// The tensor's elements, also those that no model changes.
    public long numel() {
        return numel;
    }

    /// The length of a row, which lies along the last dimension.
    public long rowLength() {
        return rowLength;
    }

    /// Whether the pieces, and so the merged values, are deltas; otherwise they are weights.
    public boolean deltas() {
        return reading.deltas();
    }

    /// Whether pieces hold only the elements that some model may change.
    public boolean sparse() {
        return reading.sparse();
    }

    /// Elements of the tensor that a piece's range covers; the last one's may be shorter.
    public int span() {
        return span;
    }

    /// How many pieces there are.
    public int count() {
        return span == 0 ? 0 : Math.toIntExact(Math.ceilDiv(numel, span));
    }

    /// How many elements come before each piece and, at the end, how many there are.
    public int[] starts() {
        int[] starts = new int[count() + 1];
        workers.each(
                count(),
                number ->
                        withBuffers(buffers -> starts[number + 1] = buffers.reader.size(first(number), span(number))));
        Arrays.parallelPrefix(starts, Math::addExact);
        return starts;
    }

    /// How many of a model's deltas may be other than zero.
    public long most(int model) {
        return sparse()
                ? ((ModelTensor.Delta) task.models().get(model))
                        .support()
                        .orElseThrow()
                        .rank(numel)
                : numel;
    }

    /// Merges all pieces.
    ///
    /// @param sink called by several threads, in no particular order
    public void merge(TensorMerge merge, Sink sink) {
        workers.each(
                count(),
                number -> withBuffers(buffers -> {
                    read(number, buffers);
                    merge.merge(buffers.piece, buffers.merged);
                    sink.accept(buffers.piece, buffers.merged);
                }));
    }

    /// Gathers something from all pieces. Parts of fixed size are gathered by several threads, each in the
    /// order of its elements, and then combined in order: the result does not depend on the number of threads,
    /// even where sums are rounded.
    ///
    /// @param start nothing gathered yet
    /// @param add puts a piece to what was gathered before it
    /// @param combine puts what its second argument gathered to the first, which came before it
    public <A> A fold(Supplier<A> start, BiConsumer<A, Piece> add, BiConsumer<A, A> combine) {
        return fold((piece, merged) -> {}, start, (gathered, piece, merged) -> add.accept(gathered, piece), combine);
    }

    /// Puts a merged piece to what was gathered before it.
    ///
    /// @param <A> what is gathered
    @FunctionalInterface
    public interface Addition<A> {
        /// @param merged as many values as the piece has elements
        void add(A gathered, Piece piece, float[] merged);
    }

    /// Merges all pieces and gathers something from them, as [#fold(Supplier, BiConsumer, BiConsumer)] does.
    public <A> A fold(TensorMerge merge, Supplier<A> start, Addition<A> add, BiConsumer<A, A> combine) {
        int pieces = count();
        int parts = Math.ceilDiv(pieces, PART);
        OrderedFold<A> result = new OrderedFold<>(start.get(), combine);
        workers.each(
                parts,
                part -> withBuffers(buffers -> {
                    A gathered = start.get();
                    for (int number = part * PART; number < Math.min(pieces, (part + 1) * PART); number++) {
                        read(number, buffers);
                        merge.merge(buffers.piece, buffers.merged);
                        add.add(gathered, buffers.piece, buffers.merged);
                    }
                    result.put(part, gathered);
                }));
        return result.total();
    }

    /// Gathers from all pieces what does not depend on their order, such as counts. Each thread gathers for itself.
    ///
    /// @param start nothing gathered yet
    /// @param add puts a piece to what was gathered before it
    /// @param combine puts what its second argument gathered to the first
    public <A> A gather(Supplier<A> start, BiConsumer<A, Piece> add, BiConsumer<A, A> combine) {
        ConcurrentLinkedDeque<A> gathered = new ConcurrentLinkedDeque<>();
        merge((piece, merged) -> {}, (piece, merged) -> {
            @Nullable A own = gathered.poll();
            A more = own == null ? start.get() : own;
            add.accept(more, piece);
            gathered.push(more);
        });
        A total = gathered.isEmpty() ? start.get() : gathered.pop();
        gathered.forEach(next -> combine.accept(total, next));
        return total;
    }

    /// Looks at one piece.
    ///
    /// @param number from 0 to [#count()] - 1, in the order of the elements
    public void visit(int number, Consumer<Piece> visitor) {
        withBuffers(buffers -> {
            read(number, buffers);
            visitor.accept(buffers.piece);
        });
    }

    private void read(int number, Buffers buffers) {
        buffers.piece.number(number);
        buffers.reader.read(first(number), span(number), buffers.piece);
    }

    private long first(int number) {
        return (long) number * span;
    }

    private int span(int number) {
        return (int) Math.min(span, numel - first(number));
    }

    private void withBuffers(Consumer<Buffers> work) {
        @Nullable Buffers buffers = idle.poll();
        if (buffers == null) {
            buffers = new Buffers(reading.reader(task, span), new Piece(models(), span), new float[span]);
        }
        work.accept(buffers);
        idle.push(buffers);
    }
}
