package io.lota4j.ticket;

import io.lota4j.checkpoint.SafetensorsFile;
import io.lota4j.checkpoint.SafetensorsWriter;
import io.lota4j.checkpoint.TensorSource;
import java.nio.file.Path;
import java.util.List;

/// Ticket files, `*.ticket.safetensors`.
///
/// For each tensor `T` of the pool there are up to three tensors. `T.index` (U8) is the portable RoaringBitmap
/// serialization of the changed weights' flat row-major indices. `T.delta` (F32 or BF16) holds tuned minus base
/// weights, in index order. `T.base` (the base's dtype; may be absent) holds the base's own elements, in index order.
/// The metadata strings are `format` (`lota4j.ticket`), `version` (`1`), `base`, `pool`, `scope`, `sparsity` (absent
/// when none was asked for), `trainable` and `weights` (counts), `tensors` (JSON: shape and base dtype by name) and
/// `provenance` (JSON).
public final class TicketFile {
    private TicketFile() {}

    /// Writes a ticket; an older file is replaced as a whole or not at all.
    ///
    /// @throws io.lota4j.LotaException when the file cannot be written
    public static void write(Path path, Ticket ticket) {
        List<TensorSource> sources = ticket.tensors().entrySet().parallelStream()
                .flatMap(entry ->
                        StoredTensor.of(entry.getKey(), entry.getValue()).sources())
                .toList();
        SafetensorsWriter.write(path, TicketMetadata.of(ticket).strings(), sources);
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
