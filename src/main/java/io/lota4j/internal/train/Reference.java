package io.lota4j.internal.train;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.data.Example;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.model.Decoder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/// Log-probabilities of the labelled tokens of samples under the weights that a run starts from: one float a token.
/// They are computed once, before the first step, with the model that is then trained: there is no second one.
public final class Reference implements KeptInState {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Samples that are packed at once.
    private static final int BLOCK = 512;

    private final String name;
    private final List<Sample> samples;
    private final Map<Integer, float[]> values = new HashMap<>();

    /// @param name of it in a run's state
    /// @param samples in the order of their places
    Reference(String name, List<Sample> samples) {
        this.name = name;
        this.samples = samples;
    }

    /// Hears how far the computing has come.
    @FunctionalInterface
    interface ReferenceListener {
        /// Called after a part.
        ///
        /// @param done samples
        /// @param all samples there are
        void computed(int done, int all);
    }

    /// Whether there is a value for every token.
    boolean isComputed() {
        return values.size() == samples.size();
    }

    /// The log-probabilities of a sample's labelled tokens, nats, one sequence after the other.
    float[] of(Sample sample) {
        float[] found = values.get(sample.place());
        if (found == null) {
            throw new IllegalStateException("no reference of sample " + sample.place());
        }
        return found;
    }

    /// Computes all that is not there with the weights that the decoder has.
    ///
    /// @param stop asked between parts
    /// @return whether it came to its end
    /// @throws LotaException if one is NaN or infinite
    boolean compute(Decoder decoder, ReferenceListener listener, BooleanSupplier stop) {
        for (int from = values.size(); from < samples.size(); from = values.size()) {
            List<Sample> block = samples.subList(from, Math.min(samples.size(), from + BLOCK));
            Map<Integer, float[]> found = new HashMap<>();
            for (MicroBatch part : MicroBatch.passes(block, decoder.device().chunk())) {
                if (stop.getAsBoolean()) {
                    return false;
                }
                found.putAll(computed(decoder, part));
                listener.computed(from + found.size(), samples.size());
            }
            values.putAll(found);
        }
        return true;
    }

    private static Map<Integer, float[]> computed(Decoder decoder, MicroBatch part) {
        float[] losses =
                part.scored() == 0 ? new float[0] : decoder.losses(part.batch()).tokenLosses();
        Map<Integer, float[]> found = new HashMap<>();
        int sequence = 0;
        for (Sample sample : part.samples()) {
            float[] own = new float[tokens(sample)];
            int at = 0;
            for (int s = 0; s < sample.example().sequences().size(); s++) {
                for (int token = 0; token < part.counts()[sequence]; token++) {
                    own[at++] = -losses[part.starts()[sequence] + token];
                }
                sequence++;
            }
            requireFinite(decoder, sample, own);
            found.put(sample.place(), own);
        }
        return found;
    }

    private static void requireFinite(Decoder decoder, Sample sample, float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw decoder.notFinite(Text.format(
                        "A log-probability of row %d (from 0) under the weights that the run starts from is NaN or"
                                + " infinite",
                        sample.example().row()));
            }
        }
    }

    private static int tokens(Sample sample) {
        return sample.example().sequences().stream()
                .mapToInt(Example::labelledTokens)
                .sum();
    }

    @Override
    public void addTo(List<TensorSource> tensors) {
        if (isComputed()) {
            tensors.add(new TensorSource(name, DType.F32, Shape.of(all()), this::write));
        }
    }

    private long all() {
        return samples.stream().mapToLong(Reference::tokens).sum();
    }

    private void write(MemorySegment target) {
        long at = 0;
        for (Sample sample : samples) {
            for (float value : of(sample)) {
                target.set(FLOAT, at, value);
                at += Float.BYTES;
            }
        }
    }

    @Override
    public void read(SafetensorsFile state, long step) {
        TensorInfo info = state.tensors().get(name);
        if (info == null && step == 0) {
            // Stopped while it was being computed.
            return;
        }
        if (info == null || info.dtype() != DType.F32 || info.shape().numel() != all()) {
            throw new LotaException(Text.format(
                    "%s: expected the F32 tensor %s with %d values, found %s.",
                    state.path(), name, all(), info == null ? "none" : info));
        }
        MemorySegment kept = state.bytes(name);
        long at = 0;
        for (Sample sample : samples) {
            float[] own = new float[tokens(sample)];
            MemorySegment.copy(kept, FLOAT, at, own, 0, own.length);
            values.put(sample.place(), own);
            at += (long) own.length * Float.BYTES;
        }
    }
}
