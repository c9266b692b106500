package io.lota4j.internal.train;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.checkpoint.TensorSource;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// How many updates a trained weight has had, or each of several parts of it that are moved apart.
///
/// What an optimizer corrects by the number of steps goes by these, as in PyTorch, which counts the steps of every
/// parameter and passes over one without a gradient: a step in which no token went through an expert is none of the
/// expert's steps.
public final class Updates {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private long[] counts = {0};

    /// How many parts are counted apart.
    int parts() {
        return counts.length;
    }

    /// The parts that a step moves.
    ///
    /// @param reached which of the weight's parts; null for all of it
    IntStream moved(@Nullable ReachedParts reached) {
        if (reached == null) {
            return IntStream.range(0, counts.length);
        }
        if (counts.length != reached.count()) {
            set(longs(reached.count(), counts[0]));
        }
        return reached.reached().stream();
    }

    /// Counts one more update.
    ///
    /// @return its number: 1, 2, …
    long next(int part) {
        return ++counts[part];
    }

    /// Whether every part had one update in each of so many steps.
    public boolean areAll(long steps) {
        return Arrays.stream(counts).allMatch(count -> count == steps);
    }

    /// One a part.
    public long[] counts() {
        return counts.clone();
    }

    public void set(long... values) {
        counts = values.clone();
    }

    /// Counts, as a run's state has them.
    public static TensorSource source(String name, long[] counts) {
        return new TensorSource(
                name,
                DType.I64,
                Shape.of(counts.length),
                target -> MemorySegment.copy(counts, 0, target, LONG, 0, counts.length));
    }

    /// Counts from a run's state, which has the tensor.
    ///
    /// @param elements of the trained weight
    /// @param step that the run has reached
    /// @throws LotaException if they are no counts of such a weight
    public static long[] read(SafetensorsFile state, String name, long elements, long step) {
        TensorInfo info = Objects.requireNonNull(state.tensors().get(name), name);
        long parts = info.shape().numel();
        if (info.dtype() != DType.I64 || parts == 0 || elements % parts != 0) {
            throw new LotaException(Text.format(
                    "%s: expected the I64 tensor %s with a count for each of some parts of one size of its %d elements,"
                            + " found %s.",
                    state.path(), name, elements, info));
        }
        long[] counts = state.bytes(name).toArray(LONG);
        if (Arrays.stream(counts).anyMatch(count -> count < 0 || count > step)) {
            throw new LotaException(Text.format(
                    "%s: expected counts from 0 to the %d steps done in tensor %s, found %s.",
                    state.path(), step, name, Arrays.toString(counts)));
        }
        return counts;
    }

    private static long[] longs(int size, long value) {
        long[] values = new long[size];
        Arrays.fill(values, value);
        return values;
    }
}
