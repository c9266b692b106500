package io.lota4j.ticket;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.internal.Suggestions;
import io.lota4j.internal.Text;
import java.util.Collections;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/// A sparse delta: which weights of a base change and by how much. Immutable.
public final class Ticket {
    private final TicketInfo info;
    private final SequencedMap<String, TicketTensor> tensors;

    /// @param tensors the pool's tensors by name, also those in which nothing changes
    /// @throws LotaException when a delta is NaN or infinite, naming the tensor and the index
    public Ticket(TicketInfo info, Map<String, TicketTensor> tensors) {
        this.info = info;
        this.tensors = Collections.unmodifiableSequencedMap(new TreeMap<>(tensors));
        if (!this.tensors.values().parallelStream().allMatch(TicketTensor::isFinite)) {
            this.tensors.forEach((name, tensor) -> tensor.requireFinite(name));
        }
    }

    /// What the ticket is for and how it was made.
    public TicketInfo info() {
        return info;
    }

    /// The pool's tensors, sorted by name.
    public SequencedMap<String, TicketTensor> tensors() {
        return tensors;
    }

    /// The deltas of one tensor of the pool.
    ///
    /// @throws LotaException when the tensor is not in the pool
    public TicketTensor tensor(String name) {
        TicketTensor tensor = tensors.get(name);
        if (tensor == null) {
            String hint = Suggestions.hint(name, tensors.keySet());
            throw new LotaException(Text.format(
                    "Tensor '%s' is not in the ticket's pool of %d tensors.%s", name, tensors.size(), hint));
        }
        return tensor;
    }

    /// How many weights change.
    public long nnz() {
        return tensors.values().stream().mapToLong(TicketTensor::nnz).sum();
    }

    /// How many weights are kept exactly, because no delta leads to them.
    public long exact() {
        return tensors.values().stream()
                .mapToLong(tensor -> tensor.exact() == null ? 0 : tensor.exact().count())
                .sum();
    }

    /// How many weights the tensors have.
    public long poolSize() {
        return tensors.values().stream()
                .mapToLong(tensor -> tensor.shape().numel())
                .reduce(0, Math::addExact);
    }

    /// Changed share of the pool, in [0, 1]; 0 for an empty pool.
    public double density() {
        return poolSize() == 0 ? 0 : (double) nnz() / poolSize();
    }

    /// The Euclidean norm of all deltas, summed up in F64 in the order of the tensors.
    public double norm() {
        double squares = 0;
        for (TicketTensor tensor : tensors.values()) {
            for (float value : tensor.values()) {
                squares += (double) value * value;
            }
        }
        return Math.sqrt(squares);
    }

    /// The same ticket with its values kept as another type, rounded to nearest when that is narrower.
    ///
    /// @param type F32 (four bytes a value) or BF16 (two, with 8 significant bits)
    public Ticket withValueType(DType type) {
        return mapped(tensor -> tensor.withValueType(type));
    }

    Ticket mapped(UnaryOperator<TicketTensor> operation) {
        Map<String, TicketTensor> mapped = new TreeMap<>();
        tensors.forEach((name, tensor) -> mapped.put(name, operation.apply(tensor)));
        return new Ticket(info, mapped);
    }
}
