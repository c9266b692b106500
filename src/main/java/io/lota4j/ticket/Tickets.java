package io.lota4j.ticket;

import io.lota4j.LotaException;
import io.lota4j.Text;
import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.checkpoint.TensorInfo;
import io.lota4j.mask.Pool;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/// What can be done with tickets: extract, apply, revert, add.
public final class Tickets {
    private Tickets() {}

    /// The ticket that leads from one checkpoint to another: an F32 delta for each weight of the pool that
    /// differs, or, with a sparsity, for the weights with the largest absolute deltas over the whole pool.
    ///
    /// A delta is the difference rounded to F32. That is exact for weights that changed by less than a factor
    /// of two and for nearly all BF16 and F16 weights; elsewhere it is off by at most half a unit in its last
    /// place, and so may the applied weight be. Applying a ticket and extracting it again gives the same index
    /// sets and values for every extracted ticket, and for every other one of which no delta is zero and each
    /// survives the base's rounding: `delta = round(base + delta) - base`.
    ///
    /// Changes outside the pool are not in the ticket; how many tensors have some is in its provenance as
    /// `changed_tensors_outside_pool`.
    ///
    /// @param tuned of the same shapes; another dtype than the base's is allowed
    /// @param sparsity frozen share of the pool, in [0, 1]; empty for every weight that differs
    /// @throws LotaException when the pool's tensors are not the same in both, when a difference is NaN or
    ///     infinite, or when fewer weights differ than the sparsity leaves trainable
    public static Ticket extract(Checkpoint base, Checkpoint tuned, OptionalDouble sparsity, Pool pool) {
        return new Extraction(base, tuned, pool).ticket(sparsity);
    }

    /// Writes the tuned checkpoint: a copy of the base's directory, byte for byte, but for the elements in the
    /// ticket, which become base + delta, computed in F32 and rounded to the base's dtype.
    ///
    /// @param out a directory that does not exist or is empty
    /// @throws LotaException when the ticket is for another base (with both fingerprints), or when `out` is not
    ///     empty, is inside the base's directory or cannot be written
    public static void apply(Checkpoint base, Ticket ticket, Path out) {
        requireBase(base, ticket);
        requireTensors(base, ticket);
        new PatchedCopy(base, ticket).write(out, Patch.ADD_DELTA);
    }

    /// Writes the base again: a copy of a tuned directory in which the elements in the ticket are the base's
    /// own.
    ///
    /// The result is checked: it has the fingerprint of the ticket's base, or nothing is written.
    ///
    /// @param tunedDirectory what [#apply(Checkpoint, Ticket, Path)] wrote
    /// @param out a directory that does not exist or is empty
    /// @throws LotaException when the ticket was not applied there, keeps no base bits or has tensors of other
    ///     shapes, or when `out` is not empty, is inside the tuned directory or cannot be written
    public static void revert(Path tunedDirectory, Ticket ticket, Path out) {
        ticket.tensors().forEach((name, tensor) -> {
            if (tensor.baseBits() == null) {
                throw new LotaException(
                        Text.format("The ticket keeps no base weights (tensor `%s`), so it cannot be reverted.", name));
            }
        });
        try (Checkpoint tuned = Checkpoint.open(tunedDirectory)) {
            requireTensors(tuned, ticket);
            new PatchedCopy(tuned, ticket).write(out, Patch.RESTORE_BASE);
        }
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
    /// disjoint and weights are 1 the sum is exact.
    ///
    /// @param tickets at least one
    /// @param weights one for each ticket
    /// @throws LotaException when the tickets are for different bases, or have one tensor in different shapes,
    ///     with both
    public static Ticket add(List<Ticket> tickets, double[] weights) {
        return new TicketSum(tickets, weights).ticket();
    }

    /// Refuses a ticket for another base than this.
    ///
    /// @throws LotaException with both fingerprints
    public static void requireBase(Checkpoint base, Ticket ticket) {
        String actual = base.fingerprint().hex();
        if (!actual.equals(ticket.info().base())) {
            throw new LotaException(Text.format(
                    "The ticket is for the base with fingerprint %s, but %s has %s.",
                    ticket.info().base(), base.directory(), actual));
        }
    }

    /// Refuses a ticket whose tensors a checkpoint does not have as the ticket says.
    ///
    /// @throws LotaException with the tensor and both shapes
    public static void requireTensors(Checkpoint checkpoint, Ticket ticket) {
        ticket.tensors().forEach((name, tensor) -> {
            TensorInfo info = checkpoint.info(name);
            requireSame(checkpoint.directory(), name, info.shape(), tensor.shape());
            DType dtype = info.dtype();
            if (dtype != tensor.baseType()) {
                throw new LotaException(Text.format(
                        "Tensor `%s` is %s in %s, but the ticket is for %s.",
                        name, dtype, checkpoint.directory(), tensor.baseType()));
            }
        });
    }

    private static void requireSame(Path directory, String name, Shape found, Shape expected) {
        if (!found.equals(expected)) {
            throw new LotaException(Text.format(
                    "Tensor `%s` has shape %s in %s, but the ticket is for shape %s.",
                    name, found, directory, expected));
        }
    }
}
