package io.lota4j.internal.train;

import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.mask.ScoreWords;
import io.lota4j.internal.mask.TensorValues;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.ValueStore;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskTensor;
import io.lota4j.train.HeldOut;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.PeekableIntIterator;

/// How much of the loss the movement of each trained weight accounts for, to first order: the sum
/// over a run's steps of abs(g × Δ), with g the gradient of the step's loss before clipping and Δ
/// what the step added to the weight.
///
/// It keeps one F32 value for each weight of the mask. The terms have one sign, so a sum of n of
/// them is off by at most n parts in 2^24.
public final class LossChanges implements KeptInState, TensorValues, AutoCloseable {
    /// What a score by them is called.
    public static final String NAME = "loss-change";

    private static final String SUFFIX = ".loss_change";
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ScoreWords WORDING = new ScoreWords(
            "loss change",
            "loss changes",
            "Use more steps or a higher learning rate",
            "The training that made it diverged; use a lower learning rate.");

    private final Mask mask;
    private final PtNDManager scope;
    private final Map<String, MemorySegment> sums = new LinkedHashMap<>();

    /// @param decoder whose policy says where the sums are kept
    /// @param mask the weights that are trained; an empty tensor in it is passed over
    public LossChanges(Decoder decoder, Mask mask) {
        this.mask = mask;
        this.scope = decoder.torch().scope();
        ValueStore store = decoder.store(
                scope,
                mask.tensors().values().stream().mapToLong(MaskTensor::count).filter(count -> count > 0));
        mask.tensors().forEach((name, tensor) -> {
            if (tensor.count() > 0) {
                sums.put(name, store.hostFloats(tensor.count()));
            }
        });
    }

    /// Refuses a run that would end with the weights of another step than its last.
    ///
    /// @param rows that the run is scored on, or null for none
    /// @throws LotaException if it does
    public static void requireLast(@Nullable HeldOut rows) {
        if (rows != null && rows.keep() == HeldOut.Keep.BEST) {
            throw new LotaException(Text.format(
                    "The score '%s' is summed up over all steps of a calibration, so the calibration cannot end with"
                            + " the weights of its best step. Keep those of the last step.",
                    NAME));
        }
    }

    /// Forgets what was summed up.
    void clear() {
        sums.values().forEach(sum -> sum.fill((byte) 0));
    }

    /// The sums of one trained weight's entries.
    ///
    /// @return F32, `[entries]`, to be added to
    MemorySegment of(String name) {
        MemorySegment sum = sums.get(name);
        if (sum == null) {
            throw new IllegalArgumentException(name + " is not in the mask");
        }
        return sum;
    }

    @Override
    public void addTo(List<TensorSource> tensors) {
        sums.forEach(
                (name, sum) -> tensors.add(new TensorSource(name + SUFFIX, DType.F32, Shape.of(count(sum)), target -> {
                    target.copyFrom(sum);
                    ValueStore.rest(sum);
                })));
    }

    @Override
    public void read(SafetensorsFile state, long step) {
        sums.forEach((name, sum) -> {
            TensorInfo info = state.tensors().get(name + SUFFIX);
            if (info == null || info.dtype() != DType.F32 || !info.shape().equals(Shape.of(count(sum)))) {
                throw new LotaException(Text.format(
                        "%s: expected the F32 tensor %s with %d values, found %s. Remove the file to start again.",
                        state.path(), name + SUFFIX, count(sum), info == null ? "none" : info));
            }
            sum.copyFrom(state.bytes(name + SUFFIX));
            ValueStore.rest(sum);
        });
    }

    private static long count(MemorySegment sum) {
        return sum.byteSize() / Float.BYTES;
    }

    @Override
    public SequencedMap<String, Shape> tensors() {
        return mask.shapes();
    }

    /// Weights that are not trained have changed nothing.
    @Override
    public void read(String name, long first, MemorySegment target) {
        MaskTensor tensor = mask.tensor(name);
        MemorySegment sum = sums.get(name);
        if (sum == null) {
            target.fill((byte) 0);
        } else if (tensor.count() == tensor.shape().numel()) {
            target.copyFrom(sum.asSlice(first * Float.BYTES, target.byteSize()));
        } else {
            target.fill((byte) 0);
            spread(tensor, sum, first, target);
        }
        if (sum != null) {
            ValueStore.rest(sum);
        }
    }

    private static void spread(MaskTensor tensor, MemorySegment sum, long first, MemorySegment target) {
        long end = first + target.byteSize() / Float.BYTES;
        PeekableIntIterator indices = tensor.trainable().getIntIterator();
        indices.advanceIfNeeded((int) first);
        long entry = first == 0 ? 0 : tensor.trainable().rankLong((int) (first - 1));
        while (indices.hasNext() && indices.peekNext() < end) {
            float value = sum.getAtIndex(ValueLayout.JAVA_FLOAT, entry++);
            target.set(FLOAT, (indices.next() - first) * Float.BYTES, value);
        }
    }

    @Override
    public ScoreWords wording() {
        return WORDING;
    }

    @Override
    public void close() {
        scope.close();
    }
}
