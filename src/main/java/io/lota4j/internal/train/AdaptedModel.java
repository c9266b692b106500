package io.lota4j.internal.train;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.mask.IndexSets;
import io.lota4j.internal.mask.TensorValues;
import io.lota4j.internal.memory.HostBuffer;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.TrainedValues;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskTensor;
import io.lota4j.memory.Device;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketInfo;
import io.lota4j.ticket.TicketTensor;
import io.lota4j.ticket.Tickets;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.RoaringBitmapWriter;

/// A base and its working weights: what training and tickets have made of it, in memory only.
///
/// @param base the checkpoint, never written
/// @param decoder holds the working weights, F32
public record AdaptedModel(Checkpoint base, Decoder decoder) implements AutoCloseable {
    /// Deltas that are read at once.
    private static final int PART = 1 << 20;

    /// Opens a model directory; nothing is adapted yet.
    public static AdaptedModel open(Path directory) {
        return open(directory, MemoryPolicy.KEEP);
    }

    /// As [#open(Path)], for training with a choice of what is kept in memory.
    public static AdaptedModel open(Path directory, MemoryPolicy memory) {
        return open(directory, memory, Device.CPU);
    }

    /// As [#open(Path, MemoryPolicy)], on a device.
    ///
    /// @throws LotaException if it cannot be used here
    public static AdaptedModel open(Path directory, MemoryPolicy memory, Device device) {
        Checkpoint base = Checkpoint.open(directory);
        try {
            return new AdaptedModel(base, Decoder.open(base, memory, device));
        } catch (RuntimeException e) {
            base.close();
            throw e;
        }
    }

    /// Adds a ticket's deltas to the working weights, in F32: nothing is rounded to the base's type, as a written
    /// checkpoint would be. Weights that the ticket keeps exactly become what it says where they are the base's
    /// still. A tensor that the decoder does not use must not be changed.
    ///
    /// @throws LotaException if the ticket is for another base (with both fingerprints), or changes a tensor
    ///     that the decoder does not use
    public void add(Ticket ticket) {
        Tickets.requireBase(base, ticket);
        Set<String> used = decoder.weights().shapes().keySet();
        requireTensors(base, used, ticket);
        ticket.tensors().forEach((name, tensor) -> {
            if (!used.contains(name)) {
                return;
            }
            TrainedValues trained = decoder.weights()
                    .trained(
                            name,
                            tensor.nnz(),
                            new HostBuffer(MemorySegment.ofArray(tensor.index().toArray())));
            trained.memory().update(values -> add(name, tensor, values, trained.compact()));
        });
        decoder.weights().moved();
    }

    /// Adds the deltas of one tensor to its working weights.
    ///
    /// @param compact whether the values are of the changed weights alone
    void add(String name, TicketTensor tensor, MemorySegment values, boolean compact) {
        tensor.addTo(name, base.info(name).dtype(), base.bytes(name), new TicketTensor.Weights() {
            @Override
            public float get(int position, int index) {
                return values.getAtIndex(ValueLayout.JAVA_FLOAT, compact ? position : index);
            }

            @Override
            public void set(int position, int index, float value) {
                values.setAtIndex(ValueLayout.JAVA_FLOAT, compact ? position : index, value);
            }
        });
    }

    /// Refuses a ticket that, whichever base it is for, cannot be added to this one.
    ///
    /// @param used names of the decoder's weights
    /// @throws LotaException if it is for other shapes or types, or changes a tensor that the decoder does not use:
    ///     the decoder would compute as if the change were not there
    public static void requireTensors(Checkpoint base, Set<String> used, Ticket ticket) {
        Tickets.requireTensors(base, ticket);
        ticket.tensors().forEach((name, tensor) -> {
            if (!used.contains(name) && tensor.nnz() > 0) {
                throw unused(base, name, tensor);
            }
        });
    }

    private static LotaException unused(Checkpoint base, String name, TicketTensor tensor) {
        return new LotaException(Text.format(
                "The ticket changes %,d values of tensor '%s', which the decoder of %s does not use: a head that"
                        + " is tied to the embedding, or a table that nobody reads. Apply the ticket, which writes the"
                        + " whole model, and use what it gives.",
                tensor.nnz(), name, base.directory()));
    }

    /// Refuses a mask that cannot be for this model.
    ///
    /// @throws LotaException if it is for another base (with both fingerprints), for another shape, or for a
    ///     tensor that the decoder does not use
    public void require(Mask mask) {
        String found = base.fingerprint().hex();
        if (!mask.info().base().equals(found)) {
            throw new LotaException(Text.format(
                    "The mask is for the base with fingerprint %s, but %s has %s.",
                    mask.info().base(), base.directory(), found));
        }
        requireTensors(base, decoder.weights().shapes().keySet(), mask);
    }

    /// Refuses a mask that, whichever base it is for, cannot be trained on this one.
    ///
    /// @param used names of the decoder's weights
    /// @throws LotaException if it is for another shape, or for a tensor that the decoder does not use
    public static void requireTensors(Checkpoint base, Set<String> used, Mask mask) {
        mask.tensors().forEach((name, tensor) -> {
            Shape shape = base.info(name).shape();
            if (!shape.equals(tensor.shape())) {
                throw new LotaException(Text.format(
                        "Tensor '%s' has shape %s in %s, but the mask is for shape %s.",
                        name, shape, base.directory(), tensor.shape()));
            }
            if (!used.contains(name)) {
                throw new LotaException(Text.format(
                        "Tensor '%s' of %s takes no part in the decoder, so it cannot be trained; "
                                + "exclude it from the pool.",
                        name, base.directory()));
            }
        });
    }

    /// Working minus base weights of the tensors in a mask.
    public TensorValues deltas(Mask mask) {
        return deltas(mask, new StartingWeights(base, null));
    }

    /// Working weights minus those of a start of the tensors in a mask.
    TensorValues deltas(Mask mask, StartingWeights start) {
        return new WorkingDeltas(decoder, start, mask.shapes());
    }

    /// The working weights' difference from the base where the mask is, as a ticket that can be reverted.
    /// Weights that did not move are left out.
    ///
    /// @param provenance how the weights came about
    public Ticket ticket(Mask mask, Map<String, String> provenance) {
        // What is subtracted, and the bits for reverting, are read from the files once more.
        base.requireUnchanged();
        TensorValues deltas = deltas(mask);
        Map<String, TicketTensor> tensors = new TreeMap<>();
        mask.tensors().forEach((name, tensor) -> {
            tensors.put(name, moved(deltas, name, tensor, base.info(name).dtype()));
        });
        TicketInfo info = new TicketInfo(
                mask.info().base(),
                mask.info().pool(),
                mask.info().scope(),
                OptionalDouble.of(mask.info().requestedSparsity()),
                provenance);
        return Tickets.withBaseBits(base, new Ticket(info, tensors));
    }

    private static TicketTensor moved(TensorValues deltas, String name, MaskTensor tensor, DType type) {
        RoaringBitmapWriter<RoaringBitmap> moved = IndexSets.writer();
        float[] values = new float[Math.toIntExact(tensor.count())];
        int found = 0;
        long end = tensor.shape().numel();
        MemorySegment buffer = MemorySegment.ofArray(new float[(int) Math.min(PART, end)]);
        PeekableIntIterator indices = tensor.trainable().getIntIterator();
        while (indices.hasNext()) {
            long first = indices.peekNext();
            long count = Math.min(PART, end - first);
            deltas.read(name, first, buffer.asSlice(0, count * Float.BYTES));
            while (indices.hasNext() && indices.peekNext() < first + count) {
                int index = indices.next();
                float delta = buffer.getAtIndex(ValueLayout.JAVA_FLOAT, index - first);
                if (delta != 0) {
                    moved.add(index);
                    values[found++] = delta;
                }
            }
        }
        RoaringBitmap changed = IndexSets.optimized(moved.get());
        return new TicketTensor(tensor.shape(), DType.F32, changed, Arrays.copyOf(values, found), type, null);
    }

    @Override
    public void close() {
        decoder.close();
        base.close();
    }
}
