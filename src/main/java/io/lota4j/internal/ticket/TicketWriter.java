package io.lota4j.internal.ticket;

import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checksum;
import io.lota4j.internal.checkpoint.SafetensorsLayout;
import io.lota4j.internal.checkpoint.SafetensorsOutput;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.ticket.TicketInfo;
import io.lota4j.ticket.TicketTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/// Writes a ticket file while the ticket is made, so that the whole of it need not be in memory.
///
/// Deltas are written as they come, in the order of their tensors. Base bits, exact values and index sets come behind
/// all deltas in the file and are kept until then.
///
/// Safe for use by many threads: one at a time writes what all of them have brought, the others go on.
public final class TicketWriter {
    private final SafetensorsOutput output;
    private final Map<String, StoredTensor> waiting = new ConcurrentHashMap<>();
    /// No lock, which a thread could take twice: one that writes may be given another thread's work while it waits.
    private final Semaphore writing = new Semaphore(1);

    private final Set<String> expected = ConcurrentHashMap.newKeySet();
    private final Queue<String> next;
    private final List<TensorSource> elements = new ArrayList<>();
    private final Map<String, String> checksums = new HashMap<>();
    private final List<TensorSource> indices = new ArrayList<>();
    private long changed;
    private boolean exact;

    private TicketWriter(SafetensorsOutput output, Set<String> names) {
        this.output = output;
        this.next = new ArrayDeque<>(names);
        expected.addAll(names);
    }

    /// Writes a ticket; an older file is replaced as a whole or not at all.
    ///
    /// @param tensors all that the ticket will have, in their order in the file
    /// @param maker puts each of them
    /// @throws io.lota4j.LotaException when the file cannot be written
    public static void write(
            Path path, TicketInfo info, SequencedMap<String, TensorLayout> tensors, Consumer<TicketWriter> maker) {
        SafetensorsWriter.write(path, longest(info, tensors), output -> {
            TicketWriter writer = new TicketWriter(output, tensors.keySet());
            try {
                maker.accept(writer);
            } catch (UncheckedIOException e) {
                throw Objects.requireNonNull(e.getCause());
            }
            writer.finish();
            return new TicketMetadata(info, tensors, writer.changed, writer.exact, writer.checksums).strings();
        });
    }

    /// Offsets and counts have the most digits where all weights change.
    private static SafetensorsLayout longest(TicketInfo info, SequencedMap<String, TensorLayout> tensors) {
        Map<String, String> checksums = new HashMap<>();
        tensors.keySet().forEach(name -> checksums.put(name, new Checksum().hex()));
        long all = new TicketMetadata(info, tensors, 0, true, checksums).weights();
        List<SafetensorsLayout.Entry> entries = tensors.entrySet().stream()
                .flatMap(tensor -> StoredTensor.largest(tensor.getKey(), tensor.getValue()).stream())
                .toList();
        return SafetensorsLayout.of(new TicketMetadata(info, tensors, all, true, checksums).strings(), entries);
    }

    /// Takes a tensor; its arrays must not be changed any more.
    ///
    /// @param name one of those that were announced, which was not put before
    /// @throws io.lota4j.LotaException when a delta is NaN or infinite, naming the tensor and the index
    /// @throws IllegalArgumentException when the tensor was not announced or was put before
    /// @throws UncheckedIOException when what is there cannot be written
    public void put(String name, TicketTensor tensor) {
        if (!expected.remove(name)) {
            throw new IllegalArgumentException(Text.format("tensor %s was not announced, or put before", name));
        }
        tensor.requireFinite(name);
        waiting.put(name, StoredTensor.of(name, tensor));
        if (writing.tryAcquire()) {
            try {
                writeWaiting();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                writing.release();
            }
        }
    }

    private void writeWaiting() throws IOException {
        while (!next.isEmpty() && waiting.containsKey(next.element())) {
            String name = next.remove();
            StoredTensor tensor = Objects.requireNonNull(waiting.remove(name));
            output.append(List.of(tensor.delta()));
            changed += tensor.delta().shape().numel();
            exact |= tensor.indices().size() > 1;
            checksums.put(name, tensor.checksum());
            elements.addAll(tensor.elements());
            indices.addAll(tensor.indices());
        }
    }

    private void finish() throws IOException {
        writing.acquireUninterruptibly();
        writeWaiting();
        if (!next.isEmpty()) {
            throw new IllegalStateException(Text.format("tensor %s was not put", next.element()));
        }
        elements.sort(Comparator.comparingInt((TensorSource one) -> one.dtype().size())
                .reversed());
        output.append(elements);
        output.append(indices);
    }
}
