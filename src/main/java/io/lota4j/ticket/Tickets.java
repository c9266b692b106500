package io.lota4j.ticket;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.checkpoint.ModelCard;
import io.lota4j.internal.checkpoint.ModelFiles;
import io.lota4j.internal.checkpoint.Quantized;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.ticket.Bits;
import io.lota4j.internal.ticket.CopyOptions;
import io.lota4j.internal.ticket.Extraction;
import io.lota4j.internal.ticket.Held;
import io.lota4j.internal.ticket.OutputType;
import io.lota4j.internal.ticket.PartWay;
import io.lota4j.internal.ticket.PatchedCopy;
import io.lota4j.internal.ticket.TicketCard;
import io.lota4j.internal.ticket.TicketSum;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskTensor;
import io.lota4j.mask.Pool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// What can be done with tickets: extract, apply, revert, add.
public final class Tickets {
    /// What is done to weights that a ticket is put on, for messages.
    private static final String CHANGED = "changed";

    private Tickets() {}

    /// The ticket that leads from one checkpoint to another: an F32 delta for each weight of the pool that
    /// differs, or, with a sparsity, for the weights with the largest absolute deltas over the whole pool.
    ///
    /// A delta is an F32 number that added to the base's weight gives the tuned one, every bit of it. Where
    /// there is none, for a NaN, a negative zero, or a weight that lost nearly all of its magnitude, the tuned
    /// weight is kept beside the nearest delta. Applying an extracted ticket gives the tuned weights bit for
    /// bit, in the base's dtype if the tuned ones have it, and in the tuned ones' dtype otherwise. Weights with
    /// equal values in two dtypes do not differ.
    ///
    /// Applying a ticket and extracting it again gives the same index sets and values for every extracted
    /// ticket, and for every other one of which no delta is zero and each survives the base's rounding: `delta
    /// = round(base + delta) - base`.
    ///
    /// Changes outside the pool are not in the ticket; how many tensors have some is in its provenance as
    /// `changed_tensors_outside_pool`, and their names as `changed_outside_pool`. Tensors that cannot be
    /// carried are refused, unless the pool excludes them by name: those that one model alone has, that have
    /// other shapes (a vocabulary of another size) or that are no floats and differ. A head that is the
    /// embedding once more, as programs write it for tied models, and buffers that are computed anew are no
    /// difference.
    ///
    /// @param tuned of the same shapes; another dtype than the base's is allowed
    /// @param sparsity frozen share of the pool, in [0, 1]; empty for every weight that differs
    /// @throws LotaException when the pool's tensors are not the same in both, or when, with a sparsity, a
    ///     difference is NaN or infinite or fewer weights differ than the sparsity leaves trainable
    public static Ticket extract(Checkpoint base, Checkpoint tuned, OptionalDouble sparsity, Pool pool) {
        return extraction(base, tuned, pool).ticket(sparsity);
    }

    /// Refuses, before any weight is compared, models that [#extract] refuses for what their headers say.
    ///
    /// @throws LotaException when one is quantized, or their tensors do not fit together
    public static void requireComparable(Checkpoint base, Checkpoint tuned, Pool pool) {
        extraction(base, tuned, pool);
    }

    private static Extraction extraction(Checkpoint base, Checkpoint tuned, Pool pool) {
        Quantized.refuse(base, "compared");
        Quantized.refuse(tuned, "compared");
        return new Extraction(base, tuned, pool);
    }

    /// What applying did.
    ///
    /// @param effect on the weights
    /// @param leftOut names of files and folders of the base that are not in the result: weights in other
    ///     forms, what belongs to no model, the base's own description
    public record Applied(Effect effect, List<String> leftOut) {
        public Applied {
            leftOut = List.copyOf(leftOut);
        }
    }

    /// Writes the tuned model in the base's dtypes; see [#apply(Checkpoint, Ticket, Optional, Path)].
    public static Applied apply(Checkpoint base, Ticket ticket, Path out) {
        return apply(base, ticket, Optional.empty(), out);
    }

    /// Writes the tuned model: the base's weights, of which those in the ticket become base + delta, computed
    /// in F32 and rounded once, or what the ticket keeps exactly; beside them the base's configuration,
    /// tokenizer and other files that belong to a model, and a description of its own.
    ///
    /// In the base's dtypes, the weight files are the base's byte for byte but for the elements in the ticket.
    ///
    /// @param dtype F32, BF16 or F16 for all weights of these types; `config.json` then says so; empty: the
    ///     base's
    /// @param out a directory that does not exist or is empty
    /// @throws LotaException when the ticket is for another base (with what differs), or when `out` is not
    ///     empty, is inside the base's directory or cannot be written
    public static Applied apply(Checkpoint base, Ticket ticket, Optional<DType> dtype, Path out) {
        return apply(base, ticket, CopyOptions.PLAIN.as(dtype), out);
    }

    /// As [#apply(Checkpoint, Ticket, Optional, Path)], with more to choose.
    public static Applied apply(Checkpoint base, Ticket ticket, CopyOptions options, Path out) {
        var types = OutputType.of(options.dtype());
        PatchedCopy.requirePlace(base.directory(), out);
        Quantized.refuse(base, CHANGED);
        requireBase(base, ticket);
        requireTensors(base, ticket);
        List<Effect> effects = new ArrayList<>();
        PatchedCopy copy = new PatchedCopy(
                base,
                ticket,
                types,
                options.mostBytes(),
                false,
                (tensor, source, type, target) -> effects.add(Effect.apply(tensor, source, type, target)));
        List<String> leftOut = copy.write(out, made -> {
            Effect effect = effects.stream().reduce(Effect.NONE, Effect::plus);
            ModelCard card = TicketCard.of(base, ticket, effect.changed(), ModelCard.Relation.FINETUNE, "transformers");
            options.card().accept(card);
            Files.writeString(made.resolve(ModelFiles.CARD), card.text());
        });
        return new Applied(effects.stream().reduce(Effect.NONE, Effect::plus), leftOut);
    }

    /// What [#apply(Checkpoint, Ticket, Optional, Path)] would do to the weights.
    ///
    /// @throws LotaException when the base does not have the ticket's tensors as the ticket says, or is quantized
    public static Effect effect(Checkpoint base, Ticket ticket, Optional<DType> dtype) {
        var types = OutputType.of(dtype);
        Quantized.refuse(base, CHANGED);
        requireTensors(base, ticket);
        Effect effect = Effect.NONE;
        for (var entry : ticket.tensors().entrySet()) {
            TensorInfo info = base.info(entry.getKey());
            DType type = types.apply(info);
            try (Arena arena = Arena.ofShared()) {
                MemorySegment target = arena.allocate(type.bytes(info.shape().numel()), Long.BYTES);
                Floats.convert(info.dtype(), base.bytes(info.name()), type, target);
                effect = effect.plus(Effect.apply(entry.getValue(), base.bytes(info.name()), type, target));
            }
        }
        return effect;
    }

    /// Writes the base again: a copy of a tuned directory in which the elements in the ticket are the base's
    /// own, in the base's dtypes.
    ///
    /// The result is checked: it has the fingerprint of the ticket's base, or nothing is written.
    ///
    /// @param tunedDirectory what [#apply(Checkpoint, Ticket, Optional, Path)] wrote, in the base's dtypes or
    ///     as F32
    /// @param out a directory that does not exist or is empty
    /// @return names of files and folders that are not in the result
    /// @throws LotaException when the ticket was not applied there, keeps no base bits or has tensors of other
    ///     shapes, or when `out` is not empty, is inside the tuned directory or cannot be written
    public static List<String> revert(Path tunedDirectory, Ticket ticket, Path out) {
        PatchedCopy.requirePlace(tunedDirectory, out);
        try (Checkpoint tuned = Checkpoint.open(tunedDirectory)) {
            requireRevertible(tuned, ticket);
            requireHeld(tuned, ticket);
            PatchedCopy copy = new PatchedCopy(
                    tuned, ticket, OutputType.ofBase(tuned, ticket), Long.MAX_VALUE, true, Tickets::restore);
            return copy.write(out, made -> requireRestored(tuned, ticket, made));
        }
    }

    /// Refuses, before any weight is read, what [#revert] refuses for what headers say.
    ///
    /// @throws LotaException when the ticket keeps no base bits, or has tensors of other shapes
    public static void requireRevertible(Checkpoint tuned, Ticket ticket) {
        ticket.tensors().forEach((name, tensor) -> {
            if (tensor.baseBits() == null) {
                throw new LotaException(
                        Text.format("The ticket keeps no base weights (tensor '%s'), so it cannot be reverted.", name));
            }
        });
        requireShapes(tuned, ticket);
    }

    private static void restore(TicketTensor tensor, MemorySegment source, DType type, MemorySegment target) {
        MemorySegment bits = MemorySegment.ofArray(Objects.requireNonNull(tensor.baseBits()));
        tensor.forEach((position, index) -> Bits.copy(type.size(), bits, position, target, index));
    }

    private static void requireHeld(Checkpoint tuned, Ticket ticket) {
        Held held = Held.of(tuned, ticket);
        if (held.tuned() < held.entries()) {
            throw new LotaException(Text.format(
                    "%s does not hold the ticket: %,d of the %,d weights that it changes are not what it makes of "
                            + "them; %,d are its base's.",
                    tuned.directory(), held.entries() - held.tuned(), held.entries(), held.base()));
        }
    }

    private static void requireRestored(Checkpoint tuned, Ticket ticket, Path copy) {
        try (Checkpoint restored = Checkpoint.open(copy)) {
            String found = restored.fingerprint().hex();
            if (!found.equals(ticket.info().base())) {
                throw new LotaException(Text.format(
                                "Without the ticket %s has fingerprint %s, but the ticket's base has %s; ",
                                tuned.directory(), found, ticket.info().base())
                        + (isNarrow(tuned, ticket)
                                ? "its weights are of a narrower type than the base's, which it does not give back."
                                : "was another ticket applied there?"));
            }
        }
    }

    private static boolean isNarrow(Checkpoint tuned, Ticket ticket) {
        return ticket.tensors().entrySet().stream().anyMatch(entry -> {
            DType before = entry.getValue().baseType();
            DType now = tuned.info(entry.getKey()).dtype();
            return now != before && now != DType.F32;
        });
    }

    /// The same ticket with the base's own elements in it, which reverting needs.
    ///
    /// @throws LotaException when the ticket is for another base, with both fingerprints
    public static Ticket withBaseBits(Checkpoint base, Ticket ticket) {
        requireBase(base, ticket);
        requireTensors(base, ticket);
        Map<String, TicketTensor> tensors = new TreeMap<>();
        ticket.tensors().forEach((name, tensor) -> tensors.put(name, tensor.withBaseBits(base.bytes(name))));
        return new Ticket(ticket.info(), tensors);
    }

    /// The weighted sum of tickets for one base, with F32 values.
    ///
    /// Sums are computed in double precision, in the order of the list, and rounded once. Where tickets are
    /// disjoint and weights are 1 the sum is exact; [#inexact(List, Ticket)] counts where it is not.
    ///
    /// @param tickets at least one
    /// @param weights one for each ticket
    /// @throws LotaException when the tickets are for different bases, or have one tensor in different shapes,
    ///     with both
    public static Ticket add(List<Ticket> tickets, double[] weights) {
        return new TicketSum(tickets, weights).ticket();
    }

    /// A ticket with every delta times a number, in F32: what [ShrinkRule] and other shrinking make of it.
    /// Its index sets and the base's bits stay, so that it is applied and reverted as before. A weight that
    /// the ticket keeps exactly gets the part of its delta.
    ///
    /// @param factor over 0 and finite, taken as F32; 1 gives the ticket as it is
    /// @throws LotaException when the number is out of its range, or a weight is kept exactly to which no
    ///     finite delta leads
    public static Ticket scaled(Ticket ticket, double factor) {
        if (!(factor > 0 && factor <= Float.MAX_VALUE)) {
            throw new LotaException(Text.format("A ticket is scaled by a finite factor over 0, found %s.", factor));
        }
        return way(null, ticket, factor);
    }

    /// A part of the way from one ticket to another, as from a stage's start to its end: `before + alpha x
    /// (after - before)`, in F32, with an entry wherever one of both has one. A weight to which both do the
    /// same, bit for bit, is not touched.
    ///
    /// @param before null for the base alone
    /// @param alpha in [0, 1], taken as F32; 0 gives the start, with the entries of both
    /// @throws LotaException as [#scaled] does, and when the tickets are for different bases
    public static Ticket between(@Nullable Ticket before, Ticket after, double alpha) {
        if (!(alpha >= 0 && alpha <= 1)) {
            throw new LotaException(Text.format("A part of the way between tickets is from 0 to 1, found %s.", alpha));
        }
        return way(before, after, alpha);
    }

    private static Ticket way(@Nullable Ticket before, Ticket after, double alpha) {
        SequencedMap<String, TicketTensor> start = before == null ? new TreeMap<>() : before.tensors();
        if (before != null && !before.info().base().equals(after.info().base())) {
            throw new LotaException(Text.format(
                    "There is no way between tickets for different bases: their fingerprints are %s and %s.",
                    before.info().base(), after.info().base()));
        }
        Map<String, TicketTensor> ends = new TreeMap<>(after.tensors());
        start.forEach((name, tensor) -> ends.putIfAbsent(name, tensor.without()));
        Map<String, TicketTensor> tensors = new TreeMap<>();
        ends.forEach((name, end) -> tensors.put(name, new PartWay(name, (float) alpha).of(start.get(name), end)));
        return new Ticket(after.info(), tensors);
    }

    /// Where a sum has deltas for what one of its tickets keeps exactly: others change the weight too, or
    /// the change is scaled.
    ///
    /// @param sum of the tickets, as [#add(List, double[])] gives it
    /// @return by tensor, how many weights; tensors without any are left out
    public static SequencedMap<String, Long> inexact(List<Ticket> tickets, Ticket sum) {
        SequencedMap<String, Long> counts = new TreeMap<>();
        sum.tensors().forEach((name, tensor) -> {
            RoaringBitmap exact = new RoaringBitmap();
            for (Ticket ticket : tickets) {
                @Nullable TicketTensor part = ticket.tensors().get(name);
                if (part != null && part.exact() != null) {
                    exact.or(part.exact().index());
                }
            }
            if (tensor.exact() != null) {
                exact.andNot(tensor.exact().index());
            }
            if (!exact.isEmpty()) {
                counts.put(name, exact.getLongCardinality());
            }
        });
        return counts;
    }

    /// The same ticket without the deltas of the weights in a region, which are the base's again
    /// then.
    ///
    /// @return the ticket itself where it changes nothing there
    /// @throws LotaException if ticket and region are for different bases, or a tensor has
    ///     another shape
    public static Ticket without(Ticket ticket, Mask region) {
        if (!ticket.info().base().equals(region.info().base())) {
            throw new LotaException(Text.format(
                    "The ticket is for the base with fingerprint %s, the region for %s.",
                    ticket.info().base(), region.info().base()));
        }
        Map<String, TicketTensor> left = new TreeMap<>();
        ticket.tensors().forEach((name, tensor) -> {
            MaskTensor gone = region.tensors().get(name);
            if (gone != null && !gone.shape().equals(tensor.shape())) {
                throw new LotaException(Text.format(
                        "Tensor '%s' has shape %s in the ticket and %s in the region.",
                        name, tensor.shape(), gone.shape()));
            }
            left.put(name, gone == null ? tensor : tensor.without(gone.trainable()));
        });
        if (left.values().stream().mapToLong(TicketTensor::nnz).sum() == ticket.nnz()) {
            return ticket;
        }
        TicketInfo info = ticket.info();
        Map<String, String> provenance = new LinkedHashMap<>(info.provenance());
        provenance.put("rewound", "sha256:" + region.sha256());
        return new Ticket(
                new TicketInfo(info.base(), info.pool(), info.scope(), info.requestedSparsity(), provenance), left);
    }

    /// Refuses a ticket for another base than this.
    ///
    /// @throws LotaException with both fingerprints and what differs, or that the ticket is in the model
    ///     already
    public static void requireBase(Checkpoint base, Ticket ticket) {
        String actual = base.fingerprint().hex();
        if (!actual.equals(ticket.info().base())) {
            Held held = Held.of(base, ticket);
            if (held.holds()) {
                throw new LotaException(Text.format(
                        "%s already holds this ticket: the %,d weights that it changes are what it makes of them.",
                        base.directory(), held.entries()));
            }
            throw new LotaException(Text.format(
                            "The ticket is for the base with fingerprint %s, but %s has %s.",
                            ticket.info().base(), base.directory(), actual)
                    + difference(base, ticket, held));
        }
    }

    private static String difference(Checkpoint model, Ticket ticket, Held held) {
        for (var entry : ticket.tensors().entrySet()) {
            @Nullable TensorInfo info = model.tensors().get(entry.getKey());
            TicketTensor tensor = entry.getValue();
            if (info == null) {
                return Text.format(" It has no tensor '%s'.", entry.getKey());
            }
            if (!info.shape().equals(tensor.shape()) || info.dtype() != tensor.baseType()) {
                return Text.format(
                        " Its tensor '%s' is %s %s, the base's %s %s.",
                        info.name(), info.dtype(), info.shape(), tensor.baseType(), tensor.shape());
            }
        }
        long others = held.entries() - held.base();
        return others == 0
                ? " Where the ticket is, it has the base's weights; others differ."
                : Text.format(
                        " Of the %,d weights that the ticket changes, %,d are not the base's here.",
                        held.entries(), others);
    }

    /// Refuses a ticket whose tensors a checkpoint does not have as the ticket says.
    ///
    /// @throws LotaException with the tensor and both shapes
    public static void requireTensors(Checkpoint checkpoint, Ticket ticket) {
        requireShapes(checkpoint, ticket);
        ticket.tensors().forEach((name, tensor) -> {
            DType dtype = checkpoint.info(name).dtype();
            if (dtype != tensor.baseType()) {
                throw new LotaException(Text.format(
                        "Tensor '%s' is %s in %s, but the ticket is for %s.",
                        name, dtype, checkpoint.directory(), tensor.baseType()));
            }
        });
    }

    /// Refuses a ticket whose tensors a checkpoint does not have in the same shapes.
    ///
    /// @throws LotaException with the tensor and both shapes
    private static void requireShapes(Checkpoint checkpoint, Ticket ticket) {
        ticket.tensors().forEach((name, tensor) -> {
            Shape found = checkpoint.info(name).shape();
            if (!found.equals(tensor.shape())) {
                throw new LotaException(Text.format(
                        "Tensor '%s' has shape %s in %s, but the ticket is for shape %s.",
                        name, found, checkpoint.directory(), tensor.shape()));
            }
        });
    }
}
