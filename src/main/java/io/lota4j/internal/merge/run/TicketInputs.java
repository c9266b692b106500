package io.lota4j.internal.merge.run;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.merge.ModelOutline;
import io.lota4j.internal.merge.ModelReference;
import io.lota4j.internal.merge.ModelTensor;
import io.lota4j.internal.merge.TensorTask;
import io.lota4j.internal.merge.Workers;
import io.lota4j.internal.merge.source.MergeSource;
import io.lota4j.internal.ticket.MappedTicket;
import io.lota4j.internal.ticket.TensorLayout;
import io.lota4j.ticket.TicketInfo;
import java.lang.foreign.MemorySegment;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The tickets of a merge, mapped; all for one base.
final class TicketInputs implements AutoCloseable {
    private final List<MappedTicket> tickets = new ArrayList<>();
    private final List<MergeSource> sources = new ArrayList<>();
    private final SequencedMap<String, ModelOutline.Tensor> tensors = new TreeMap<>();

    private final Map<String, List<ModelTensor>> deltas = new ConcurrentHashMap<>();

    private TicketInputs() {}

    /// @throws LotaException when a file is no ticket, or when they do not belong together
    static TicketInputs open(List<Path> files) {
        TicketInputs inputs = new TicketInputs();
        boolean opened = false;
        try {
            files.forEach(inputs::add);
            Outline outline = new Outline(inputs.tensors);
            files.forEach(file -> inputs.sources.add(MergeSource.open(
                    new ModelReference(file.toString(), file, Optional.empty()), Optional.of(outline))));
            opened = true;
            return inputs;
        } finally {
            if (!opened) {
                inputs.close();
            }
        }
    }

    private void add(Path file) {
        MappedTicket ticket = MappedTicket.open(file);
        tickets.add(ticket);
        requireBase(tickets.getFirst(), ticket);
        ticket.shapes().forEach((name, shape) -> {
            ModelOutline.Tensor found = new ModelOutline.Tensor(shape, ticket.baseType(name));
            ModelOutline.@Nullable Tensor known = tensors.putIfAbsent(name, found);
            if (known != null && !known.equals(found)) {
                throw new LotaException(Text.format(
                        "Tensor '%s' is %s %s in %s, but %s %s in a ticket before it.",
                        name, found.dtype(), found.shape(), file, known.dtype(), known.shape()));
            }
        });
    }

    private static void requireBase(MappedTicket first, MappedTicket ticket) {
        String expected = first.info().base();
        String found = ticket.info().base();
        if (!expected.equals(found)) {
            throw new LotaException(Text.format(
                    "%s is for the base with fingerprint %s, but %s for %s; tickets of one base merge.",
                    ticket.path(), found, first.path(), expected));
        }
    }

    /// All tensors that some ticket has in its pool.
    private record Outline(SequencedMap<String, Tensor> tensors) implements ModelOutline {
        @Override
        public String label() {
            return "the tickets' base";
        }

        @Override
        public boolean isWhole() {
            return true;
        }

        @Override
        public Optional<Path> directory() {
            return Optional.empty();
        }

        @Override
        public List<String> unmatched() {
            return List.of();
        }
    }

    List<String> labels() {
        return tickets.stream().map(ticket -> ticket.path().toString()).toList();
    }

    List<TicketInfo> infos() {
        return tickets.stream().map(MappedTicket::info).toList();
    }

    /// The tensors of all pools.
    SequencedMap<String, Shape> shapes() {
        SequencedMap<String, Shape> shapes = new TreeMap<>();
        tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return shapes;
    }

    SequencedMap<String, TensorLayout> layouts() {
        SequencedMap<String, TensorLayout> layouts = new TreeMap<>();
        tensors.forEach((name, tensor) -> layouts.put(name, new TensorLayout(tensor.shape(), tensor.dtype())));
        return layouts;
    }

    DType baseType(String name) {
        return Objects.requireNonNull(tensors.get(name)).dtype();
    }

    /// Checks all index sets and values, so that it is done once and by all threads.
    ///
    /// @throws LotaException when a set is no valid one or a value is not finite
    void check(Workers workers) {
        List<Map.Entry<String, Shape>> shapes = List.copyOf(shapes().entrySet());
        workers.each(
                shapes.size(),
                number -> deltas(shapes.get(number).getKey(), shapes.get(number).getValue()));
    }

    /// What each ticket adds to a tensor; read and checked once. Index sets and values stay in the files.
    List<ModelTensor> deltas(String name, Shape shape) {
        return deltas.computeIfAbsent(
                name,
                key -> sources.stream()
                        .map(source -> source.tensor(key, shape, Optional.empty()))
                        .toList());
    }

    /// Where the base's own elements of a tensor are; empty if a ticket that has the tensor keeps none.
    Optional<BaseBits> baseBits(TensorTask task) {
        List<BaseBits.Part> parts = new ArrayList<>();
        for (int i = 0; i < tickets.size(); i++) {
            MappedTicket ticket = tickets.get(i);
            if (ticket.shapes().containsKey(task.name())) {
                Optional<MemorySegment> kept = ticket.baseBits(task.name());
                if (kept.isEmpty()) {
                    return Optional.empty();
                }
                ModelTensor.Delta delta = (ModelTensor.Delta) task.models().get(i);
                parts.add(new BaseBits.Part(i, delta.support().orElseThrow(), kept.get()));
            }
        }
        return Optional.of(new BaseBits(baseType(task.name()).size(), parts));
    }

    /// What the merged ticket is for and how it was made.
    TicketInfo info(TicketMerge merge) {
        Map<String, String> provenance = new LinkedHashMap<>();
        provenance.put(TicketInfo.SOURCE, "merge");
        provenance.putAll(merge.provenance());
        for (int i = 0; i < tickets.size(); i++) {
            String prefix = Text.format("ticket%d.", i);
            provenance.put(prefix + "file", String.valueOf(tickets.get(i).path().getFileName()));
            tickets.get(i).info().provenance().forEach((key, value) -> provenance.put(prefix + key, value));
        }
        String pools = tickets.stream().map(t -> t.info().pool()).distinct().collect(Collectors.joining(" | "));
        return new TicketInfo(tickets.getFirst().info().base(), pools, "merged", OptionalDouble.empty(), provenance);
    }

    @Override
    public void close() {
        sources.forEach(MergeSource::close);
        tickets.forEach(MappedTicket::close);
    }
}
