package io.lota4j.cli;

import io.lota4j.export.AdapterTicket;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.peft.AdapterFolder;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Reads what is put on a base: tickets' files, and folders with PEFT's adapters.
final class TicketFiles {
    private TicketFiles() {}

    /// Reads all of them.
    ///
    /// @param base the model's directory, which adapters are read for
    /// @param messages gets what may not be meant
    static List<Ticket> read(Path base, List<Path> paths, Messages messages) {
        List<Ticket> tickets = new ArrayList<>();
        for (Path path : paths) {
            boolean adapter =
                    Files.isDirectory(path) && AdapterFolder.find(path).isPresent();
            tickets.add(adapter ? imported(base, path, messages) : TicketFile.read(path));
        }
        return tickets;
    }

    private static Ticket imported(Path base, Path folder, Messages messages) {
        try (Checkpoint checkpoint = Checkpoint.open(base)) {
            AdapterTicket imported = AdapterTicket.of(checkpoint, folder);
            imported.doubts().forEach(doubt -> messages.warn(doubt));
            return imported.ticket();
        }
    }
}
