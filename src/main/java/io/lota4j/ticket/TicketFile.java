package io.lota4j.ticket;

import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.ticket.StoredTensor;
import io.lota4j.internal.ticket.TicketMetadata;
import io.lota4j.internal.ticket.TicketReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/// Ticket files, `*.ticket.safetensors`.
///
/// For each tensor `T` of the pool there are up to three tensors. `T.index` (U8) is the portable RoaringBitmap
/// serialization of the changed weights' flat row-major indices. `T.delta` (F32 or BF16) holds tuned minus base
/// weights, in index order. `T.base` (the base's dtype; may be absent) holds the base's own elements, in index order.
/// `T.exact.index` and `T.exact.value` (the tuned model's dtype) are there only where deltas do not give some tuned
/// weights: those weights, and which they are.
///
/// The metadata strings are `format` (`lota4j.ticket`), `version` (`1`, or `2` with exact values, which older programs
/// must not pass over), `base`, `pool`, `scope`, `sparsity` (absent when none was asked for), `trainable` and `weights`
/// (counts), `tensors` (JSON: shape, base dtype and CRC32C of the bytes by name), `provenance` (JSON) and `checksum`
/// (CRC32C of the other strings). Files of older programs have no checksums.
public final class TicketFile {
    private TicketFile() {}

    /// Writes a ticket; an older file is replaced as a whole or not at all.
    ///
    /// @throws io.lota4j.LotaException when the file cannot be written
    public static void write(Path path, Ticket ticket) {
        Map<String, StoredTensor> stored = new ConcurrentHashMap<>();
        ticket.tensors().entrySet().parallelStream()
                .forEach(entry -> stored.put(entry.getKey(), StoredTensor.of(entry.getKey(), entry.getValue())));
        Map<String, String> checksums = new HashMap<>();
        List<TensorSource> sources = new ArrayList<>();
        ticket.tensors().keySet().forEach(name -> {
            StoredTensor tensor = Objects.requireNonNull(stored.get(name));
            checksums.put(name, tensor.checksum());
            tensor.sources().forEach(sources::add);
        });
        SafetensorsWriter.write(path, TicketMetadata.of(ticket, checksums).strings(), sources);
    }

    /// Reads a ticket. Nothing in the file is believed unchecked.
    ///
    /// @throws io.lota4j.LotaException when it is no ticket, is of a later format, or contradicts itself
    public static Ticket read(Path path) {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            return new TicketReader(file).read();
        }
    }
}
