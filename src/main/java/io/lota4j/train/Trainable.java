package io.lota4j.train;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.kernel.Entries;
import io.lota4j.kernel.MaskedKernel;
import io.lota4j.kernel.Moments;
import io.lota4j.kernel.Update;
import io.lota4j.kernel.WorkingWeights;
import io.lota4j.mask.MaskTensor;
import io.lota4j.model.Torch;
import io.lota4j.model.TrainedValues;
import io.lota4j.model.Weights;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.PeekableIntIterator;

/// One weight's trained entries with what a run keeps for them: gradient and optimizer state, compact. Memory
/// comes from libtorch's allocator, whose pages the process reuses.
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
        PtNDArray gradient,
        Moments moments,
        Updates updates,
        MemorySegment master,
        Entries inMaster) {

    static Trainable of(String name, MaskTensor mask, Optimizer optimizer, Weights weights, PtNDManager scope) {
        Entries entries = entries(mask, scope);
        TrainedValues values = weights.trained(name, entries.count(), entries.index());
        long[] shape = entries.index() == null
                ? mask.shape().dims().stream().mapToLong(Long::longValue).toArray()
                : new long[] {entries.count()};
        return new Trainable(
                name,
                mask.shape().numel(),
                entries,
                Torch.floats(scope, shape),
                moments(entries.count(), optimizer, scope),
                new Updates(),
                values.memory(),
                values.compact() ? Entries.all(entries.count()) : entries);
    }

    /// All of a matrix that is no weight of the model.
    ///
    /// @param values the matrix
    /// @param scope owns gradient and moments
    public static Trainable whole(String name, PtNDArray values, Optimizer optimizer, PtNDManager scope) {
        Entries all = Entries.all(values.size());
        return new Trainable(
                name,
                all.count(),
                all,
                Torch.floats(scope, values.getShape().getShape()),
                moments(all.count(), optimizer, scope),
                new Updates(),
                Torch.memory(values),
                all);
    }

    private static Moments moments(long count, Optimizer optimizer, PtNDManager scope) {
        return new Moments(
                optimizer.hasFirstMoment() ? zeros(count, scope) : null,
                optimizer.hasSecondMoment() ? zeros(count, scope) : null);
    }

    private static Entries entries(MaskTensor mask, PtNDManager scope) {
        long count = mask.trainable().getLongCardinality();
        if (count == mask.shape().numel()) {
            return Entries.all(count);
        }
        MemorySegment index = Torch.memory(Torch.ints(scope, count));
        PeekableIntIterator indices = mask.trainable().getIntIterator();
        for (long e = 0; indices.hasNext(); e++) {
            index.setAtIndex(ValueLayout.JAVA_INT, e, indices.next());
        }
        return new Entries(count, index);
    }

    /// The place of the first entry whose element is not before one.
    private long firstFrom(long element) {
        if (entries.index() == null) {
            return element;
        }
        long low = 0;
        long high = entries.count();
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (entries.at(middle) < element) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /// One optimizer step on the entries of one of the parts of which the updates are counted.
    void step(Update update, MaskedKernel kernel, int part) {
        long size = elements / updates.parts();
        step(update, kernel, firstFrom(part * size), firstFrom((part + 1) * size));
    }

    private void step(Update update, MaskedKernel kernel, long from, long to) {
        if (from == to) {
            return;
        }
        Moments state = new Moments(slice(moments.first(), from, to), slice(moments.second(), from, to));
        MemorySegment index = slice(inMaster.index(), from, to);
        kernel.step(
                update,
                new Entries(to - from, index),
                gradientMemory().asSlice(from * Float.BYTES, (to - from) * Float.BYTES),
                state,
                WorkingWeights.inPlace(
                        index == null ? master.asSlice(from * Float.BYTES, (to - from) * Float.BYTES) : master));
    }

    private static @Nullable MemorySegment slice(@Nullable MemorySegment values, long from, long to) {
        return values == null ? null : values.asSlice(from * Float.BYTES, (to - from) * Float.BYTES);
    }

    private static @Nullable MemorySegment zeros(long count, PtNDManager scope) {
        return Torch.memory(Torch.floats(scope, count)).fill((byte) 0);
    }

    /// Copies the trained values.
    ///
    /// @param target F32, `[entries]`, at any alignment
    void copyTo(MemorySegment target) {
        for (long e = 0; e < inMaster.count(); e++) {
            target.setAtIndex(
                    ValueLayout.JAVA_FLOAT_UNALIGNED, e, master.getAtIndex(ValueLayout.JAVA_FLOAT, inMaster.at(e)));
        }
    }

    /// Sets the trained values.
    ///
    /// @param values F32, `[entries]`, at any alignment
    void copyFrom(MemorySegment values) {
        for (long e = 0; e < inMaster.count(); e++) {
            master.setAtIndex(
                    ValueLayout.JAVA_FLOAT, inMaster.at(e), values.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, e));
        }
    }

    /// How many of the trained values are NaN or infinite.
    long notFinite() {
        long broken = 0;
        for (long e = 0; e < inMaster.count(); e++) {
            broken += Float.isFinite(master.getAtIndex(ValueLayout.JAVA_FLOAT, inMaster.at(e))) ? 0 : 1;
        }
        return broken;
    }

    /// The elements of the gradient.
    public MemorySegment gradientMemory() {
        return Torch.memory(gradient);
    }
}
