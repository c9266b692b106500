package io.lota4j.internal.merge.source;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Elements;
import io.lota4j.internal.merge.ModelOutline;
import io.lota4j.internal.merge.ModelTensor;
import io.lota4j.internal.ticket.ExactValues;
import io.lota4j.internal.ticket.MappedTicket;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/// A ticket, whose values stay in the mapped file.
final class TicketSource implements MergeSource {
    private final String label;
    private final MappedTicket ticket;
    private final SequencedMap<String, Tensor> tensors;
    private final List<String> unmatched;
    private final boolean onCheckpoint;

    /// @param onCheckpoint whether what it gives is put on a checkpoint, instead of being merged with others
    TicketSource(String label, MappedTicket ticket, Optional<ModelOutline> base, boolean onCheckpoint) {
        this.label = label;
        this.onCheckpoint = onCheckpoint;
        this.ticket = ticket;
        Targets targets = new Targets(ticket.path(), base);
        TreeMap<String, Tensor> matched = new TreeMap<>();
        ticket.shapes().forEach((name, shape) -> {
            if (targets.match(name, expected -> misfit(name, expected, shape))) {
                matched.put(name, new Tensor(shape, ticket.baseType(name)));
            }
        });
        this.tensors = Collections.unmodifiableSequencedMap(matched);
        this.unmatched = targets.unmatched();
    }

    private Optional<String> misfit(String name, Shape expected, Shape found) {
        return Misfit.of(ticket.path(), name, expected, found);
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public boolean isWhole() {
        return false;
    }

    @Override
    public SequencedMap<String, Tensor> tensors() {
        return tensors;
    }

    @Override
    public Optional<Path> directory() {
        return Optional.empty();
    }

    @Override
    public List<String> unmatched() {
        return unmatched;
    }

    @Override
    public Optional<String> baseFingerprint() {
        return Optional.of(ticket.info().base());
    }

    @Override
    public ModelTensor tensor(String name, Shape shape, Optional<ModelTensor.Weights> base) {
        Shape own = ticket.shapes().get(name);
        if (own == null) {
            return SparseDelta.none(shape);
        }
        misfit(name, shape, own).ifPresent(Misfit::refuse);
        Optional<ExactValues> exact = ticket.exact(name);
        SparseDelta delta = new SparseDelta(shape, ticket.bits(name), finite(name), exact);
        return exact.isPresent() && onCheckpoint && base.isPresent()
                ? new ExactWeights(ChangedWeights.of(base.get(), delta), exact.get())
                : delta;
    }

    private Elements finite(String name) {
        Elements values = new Elements(ticket.valueType(name), ticket.values(name));
        values.firstNotFinite().ifPresent(position -> {
            throw new LotaException(Text.format(
                    "%s: tensor '%s': the delta at index %d is not a finite number.",
                    ticket.path(), name, ticket.index(name).select((int) position)));
        });
        return values;
    }

    @Override
    public void close() {
        ticket.close();
    }

    /// Weights of which a ticket keeps some as they are.
    record ExactWeights(ModelTensor.Weights weights, ExactValues exact) implements ModelTensor.Weights {
        @Override
        public Shape shape() {
            return weights.shape();
        }

        @Override
        public void read(long from, int count, float[] into) {
            weights.read(from, count, into);
            exact.within(from, count, (index, value) -> into[(int) (index - from)] = value);
        }
    }
}
