package io.lota4j.internal.train;

import ai.djl.pytorch.engine.PtNDArray;
import io.lota4j.internal.kernel.Entries;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.kernel.Moments;
import io.lota4j.internal.kernel.Update;
import io.lota4j.internal.kernel.WorkingWeights;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.model.Torch;
import io.lota4j.internal.model.TrainedValues;
import io.lota4j.internal.model.ValueStore;
import io.lota4j.internal.model.Weights;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskTensor;
import io.lota4j.train.Optimizer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.PeekableIntIterator;

/// One weight's trained entries with what a run keeps for them: gradient and optimizer state, compact. Memory
/// comes from a store, which is libtorch's allocator or a mapped file.
///
/// @param name of the weight
/// @param elements of the weight, trained or not
/// @param entries which elements
/// @param gradient F32, `[entries]`, or in the weight's own shape where all of it is trained
/// @param moments the optimizer's state
/// @param updates how many it has had
/// @param master F32, the memory that holds the trained values
/// @param inMaster where in it they are
public record Trainable(
        String name,
        long elements,
        Entries entries,
        ValueStore.Values gradient,
        Moments moments,
        Updates updates,
        Buffer master,
        Entries inMaster) {
    /// Entries that are stepped at once where it is told what a step moved.
    private static final long BLOCK = 1 << 20;

    /// Tensors of so many elements that the store will hold for the trained weights of a mask: the weight
    /// itself, gradient and moments, and the index where not all of a tensor is trained.
    static LongStream counts(Mask mask, Optimizer optimizer) {
        return counts(mask, optimizer.moments());
    }

    /// @param moments of each trained weight
    static LongStream counts(Mask mask, int moments) {
        return mask.tensors().values().stream()
                .filter(tensor -> !tensor.trainable().isEmpty())
                .flatMapToLong(tensor -> LongStream.generate(tensor::count)
                        .limit(2 + moments + (tensor.count() < tensor.shape().numel() ? 1 : 0)));
    }

    /// The weights of a mask, where the model reads them.
    ///
    /// @param store for what is made
    static Trainable of(String name, MaskTensor mask, Optimizer optimizer, Weights weights, ValueStore store) {
        return of(name, mask, moments(mask.count(), optimizer, store), weights, store);
    }

    /// As the other, without moments: for gradients of weights that no optimizer moves.
    static Trainable of(String name, MaskTensor mask, Weights weights, ValueStore store) {
        return of(name, mask, new Moments(null, null), weights, store);
    }

    private static Trainable of(String name, MaskTensor mask, Moments moments, Weights weights, ValueStore store) {
        Entries entries = entries(mask, store);
        TrainedValues values = weights.trained(name, entries.count(), entries.index(), store);
        long[] shape = entries.index() == null
                ? mask.shape().dims().stream().mapToLong(Long::longValue).toArray()
                : new long[] {entries.count()};
        return new Trainable(
                name,
                mask.shape().numel(),
                entries,
                store.floats(shape),
                moments,
                new Updates(),
                values.memory(),
                values.compact() ? Entries.all(entries.count()) : entries);
    }

    /// All of a matrix that is no weight of the model.
    ///
    /// @param values the matrix
    /// @param store for gradient and moments
    public static Trainable whole(String name, PtNDArray values, Optimizer optimizer, Torch torch, ValueStore store) {
        Entries all = Entries.all(values.size());
        return new Trainable(
                name,
                all.count(),
                all,
                store.floats(values.getShape().getShape()),
                moments(all.count(), optimizer, store),
                new Updates(),
                torch.buffer(values),
                all);
    }

    private static Moments moments(long count, Optimizer optimizer, ValueStore store) {
        return new Moments(
                optimizer.hasFirstMoment() ? store.floats(count).memory() : null,
                optimizer.hasSecondMoment() ? store.floats(count).memory() : null);
    }

    private static Entries entries(MaskTensor mask, ValueStore store) {
        long count = mask.trainable().getLongCardinality();
        if (count == mask.shape().numel()) {
            return Entries.all(count);
        }
        Buffer index = store.ints(count);
        index.write(memory -> {
            PeekableIntIterator indices = mask.trainable().getIntIterator();
            for (long e = 0; indices.hasNext(); e++) {
                memory.setAtIndex(ValueLayout.JAVA_INT, e, indices.next());
            }
        });
        return new Entries(count, index);
    }

    /// The place of the first entry whose element is not before one.
    private long firstFrom(long element) {
        Buffer index = entries.index();
        if (index == null || element == 0) {
            return element;
        }
        return element == elements ? entries.count() : index.get(places -> Entries.firstFrom(places, element));
    }

    /// One optimizer step on the entries of one of the parts of which the updates are counted.
    void step(Update update, MaskedKernel kernel, int part) {
        long size = elements / updates.parts();
        step(update, kernel, firstFrom(part * size), firstFrom((part + 1) * size));
    }

    /// As [#step(Update, MaskedKernel, int)], with the same bits, and adds to each entry's sum
    /// abs(gradient × what the step added).
    ///
    /// @param sums F32, `[entries]`
    void step(Update update, MaskedKernel kernel, int part, MemorySegment sums) {
        long size = elements / updates.parts();
        long end = firstFrom((part + 1) * size);
        MemorySegment before = MemorySegment.NULL;
        for (long from = firstFrom(part * size); from < end; from += BLOCK) {
            long to = Math.min(end, from + BLOCK);
            if (before.byteSize() == 0) {
                before = MemorySegment.ofArray(new float[(int) (to - from)]);
            }
            copyTo(from, to, before);
            step(update, kernel, from, to);
            addLossChanges(from, to, before, sums);
        }
    }

    private void addLossChanges(long from, long to, MemorySegment before, MemorySegment sums) {
        part(gradientMemory(), from, to)
                .read(gradients -> master.read(values -> places(place -> {
                    for (long e = from; e < to; e++) {
                        float moved = values.getAtIndex(ValueLayout.JAVA_FLOAT, place.applyAsLong(e))
                                - before.getAtIndex(ValueLayout.JAVA_FLOAT, e - from);
                        float change = Math.abs(gradients.getAtIndex(ValueLayout.JAVA_FLOAT, e - from) * moved);
                        sums.setAtIndex(ValueLayout.JAVA_FLOAT, e, sums.getAtIndex(ValueLayout.JAVA_FLOAT, e) + change);
                    }
                })));
    }

    private void step(Update update, MaskedKernel kernel, long from, long to) {
        if (from == to) {
            return;
        }
        Moments state = new Moments(partOf(moments.first(), from, to), partOf(moments.second(), from, to));
        Buffer index = partOf(inMaster.index(), from, to);
        kernel.step(
                update,
                new Entries(to - from, index),
                part(gradientMemory(), from, to),
                state,
                WorkingWeights.inPlace(index == null ? part(master, from, to) : master));
    }

    private static @Nullable Buffer partOf(@Nullable Buffer values, long from, long to) {
        return values == null ? null : part(values, from, to);
    }

    private static Buffer part(Buffer values, long from, long to) {
        return values.slice(from * Float.BYTES, (to - from) * Float.BYTES);
    }

    /// Copies the trained values.
    ///
    /// @param target F32, `[entries]`, at any alignment
    public void copyTo(MemorySegment target) {
        copyTo(0, inMaster.count(), target);
        rest();
    }

    private void copyTo(long from, long to, MemorySegment target) {
        master.read(values -> places(place -> {
            for (long e = from; e < to; e++) {
                float value = values.getAtIndex(ValueLayout.JAVA_FLOAT, place.applyAsLong(e));
                target.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, e - from, value);
            }
        }));
    }

    /// Sets the trained values.
    ///
    /// @param values F32, `[entries]`, at any alignment
    public void copyFrom(MemorySegment values) {
        master.update(to -> places(place -> {
            for (long e = 0; e < inMaster.count(); e++) {
                float value = values.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, e);
                to.setAtIndex(ValueLayout.JAVA_FLOAT, place.applyAsLong(e), value);
            }
        }));
        rest();
    }

    /// Exchanges the trained values with others, to the bit.
    ///
    /// @param others F32, `[entries]`, at any alignment
    void swap(MemorySegment others) {
        master.update(to -> places(place -> {
            for (long e = 0; e < inMaster.count(); e++) {
                int bits = others.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, e);
                others.setAtIndex(
                        ValueLayout.JAVA_INT_UNALIGNED, e, to.getAtIndex(ValueLayout.JAVA_INT, place.applyAsLong(e)));
                to.setAtIndex(ValueLayout.JAVA_INT, place.applyAsLong(e), bits);
            }
        }));
        rest();
    }

    /// How many of the trained values are NaN or infinite.
    long notFinite() {
        LongAdder broken = new LongAdder();
        master.read(values -> places(place -> {
            for (long e = 0; e < inMaster.count(); e++) {
                if (!Float.isFinite(values.getAtIndex(ValueLayout.JAVA_FLOAT, place.applyAsLong(e)))) {
                    broken.increment();
                }
            }
        }));
        rest();
        return broken.sum();
    }

    /// Lends where in the master each entry is.
    private void places(Consumer<LongUnaryOperator> user) {
        Buffer index = inMaster.index();
        if (index == null) {
            user.accept(e -> e);
        } else {
            index.read(places -> user.accept(e -> places.getAtIndex(ValueLayout.JAVA_INT, e)));
        }
    }

    /// Copies the gradient.
    ///
    /// @param target F32, `[entries]`
    void copyGradientTo(MemorySegment target) {
        gradientMemory().read(values -> target.copyFrom(values.asSlice(0, target.byteSize())));
        rest();
    }

    /// Sets the gradient.
    ///
    /// @param values F32, `[entries]`
    void copyGradientFrom(MemorySegment values) {
        gradientMemory().write(memory -> memory.copyFrom(values));
        rest();
    }

    /// The elements of the gradient.
    public Buffer gradientMemory() {
        return gradient.memory();
    }

    /// Gives mapped pages back, until the next pass or step.
    void rest() {
        ValueStore.rest(gradient.memory());
        ValueStore.rest(moments.first());
        ValueStore.rest(moments.second());
        ValueStore.rest(master);
        ValueStore.rest(entries.index());
    }
}
