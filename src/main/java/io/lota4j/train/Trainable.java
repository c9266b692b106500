package io.lota4j.train;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.kernel.Entries;
import io.lota4j.kernel.MaskedKernel;
import io.lota4j.kernel.Moments;
import io.lota4j.kernel.Update;
import io.lota4j.kernel.WorkingWeights;
import io.lota4j.mask.MaskTensor;
import io.lota4j.memory.Buffer;
import io.lota4j.model.Decoder;
import io.lota4j.model.Torch;
import io.lota4j.model.TrainedValues;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.PeekableIntIterator;

/// One weight's trained entries with what a run keeps for them: gradient and optimizer state, compact. Memory
/// comes from libtorch's allocator, whose pages the process reuses.
///
/// @param name of the weight
/// @param elements of the weight, trained or not
/// @param entries which elements
/// @param gradient F32, `[entries]`, or in the weight's own shape where all of it is trained
/// @param gradientMemory the elements of the gradient
/// @param moments the optimizer's state
/// @param updates how many it has had
/// @param master F32, the memory that holds the trained values
/// @param inMaster where in it they are
public record Trainable(
        String name,
        long elements,
        Entries entries,
        PtNDArray gradient,
        Buffer gradientMemory,
        Moments moments,
        Updates updates,
        Buffer master,
        Entries inMaster) {

    /// The weights of a mask, where the model reads them.
    ///
    /// @param scope owns what is made
    static Trainable of(String name, MaskTensor mask, Optimizer optimizer, Decoder decoder, PtNDManager scope) {
        Torch torch = decoder.torch();
        Entries entries = entries(mask, torch, scope);
        TrainedValues values = decoder.weights().trained(name, entries.count(), entries.index());
        long[] shape = entries.index() == null
                ? mask.shape().dims().stream().mapToLong(Long::longValue).toArray()
                : new long[] {entries.count()};
        PtNDArray gradient = Torch.floats(scope, shape);
        return new Trainable(
                name,
                mask.shape().numel(),
                entries,
                gradient,
                torch.buffer(gradient),
                moments(entries.count(), optimizer, torch, scope),
                new Updates(),
                values.memory(),
                values.compact() ? Entries.all(entries.count()) : entries);
    }

    /// All of a matrix that is no weight of the model.
    ///
    /// @param values the matrix
    /// @param scope owns gradient and moments
    public static Trainable whole(String name, PtNDArray values, Optimizer optimizer, Torch torch, PtNDManager scope) {
        Entries all = Entries.all(values.size());
        PtNDArray gradient = Torch.floats(scope, values.getShape().getShape());
        return new Trainable(
                name,
                all.count(),
                all,
                gradient,
                torch.buffer(gradient),
                moments(all.count(), optimizer, torch, scope),
                new Updates(),
                torch.buffer(values),
                all);
    }

    private static Moments moments(long count, Optimizer optimizer, Torch torch, PtNDManager scope) {
        return new Moments(
                optimizer.hasFirstMoment() ? zeros(count, torch, scope) : null,
                optimizer.hasSecondMoment() ? zeros(count, torch, scope) : null);
    }

    private static Entries entries(MaskTensor mask, Torch torch, PtNDManager scope) {
        long count = mask.trainable().getLongCardinality();
        if (count == mask.shape().numel()) {
            return Entries.all(count);
        }
        Buffer index = torch.buffer(Torch.ints(scope, count));
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
        return element == elements ? entries.count() : index.get(places -> firstFrom(places, element));
    }

    private long firstFrom(MemorySegment places, long element) {
        long low = 0;
        long high = entries.count();
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (places.getAtIndex(ValueLayout.JAVA_INT, middle) < element) {
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
        Buffer index = slice(inMaster.index(), from, to);
        kernel.step(
                update,
                new Entries(to - from, index),
                gradientMemory.slice(from * Float.BYTES, (to - from) * Float.BYTES),
                state,
                WorkingWeights.inPlace(
                        index == null ? master.slice(from * Float.BYTES, (to - from) * Float.BYTES) : master));
    }

    private static @Nullable Buffer slice(@Nullable Buffer values, long from, long to) {
        return values == null ? null : values.slice(from * Float.BYTES, (to - from) * Float.BYTES);
    }

    private static Buffer zeros(long count, Torch torch, PtNDManager scope) {
        Buffer zeros = torch.buffer(Torch.floats(scope, count));
        zeros.zero();
        return zeros;
    }

    /// Copies the trained values.
    ///
    /// @param target F32, `[entries]`, at any alignment
    void copyTo(MemorySegment target) {
        master.read(from -> places(place -> {
            for (long e = 0; e < inMaster.count(); e++) {
                float value = from.getAtIndex(ValueLayout.JAVA_FLOAT, place.applyAsLong(e));
                target.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, e, value);
            }
        }));
    }

    /// Sets the trained values.
    ///
    /// @param values F32, `[entries]`, at any alignment
    void copyFrom(MemorySegment values) {
        master.update(to -> places(place -> {
            for (long e = 0; e < inMaster.count(); e++) {
                float value = values.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, e);
                to.setAtIndex(ValueLayout.JAVA_FLOAT, place.applyAsLong(e), value);
            }
        }));
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
}
