package io.lota4j.internal.export;

import io.lota4j.LotaException;
import io.lota4j.export.AdapterTicket;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.Tickets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What is to leave: a base with tickets, or with an adapter.
///
/// @param base open for as long as the export works
/// @param tickets to be put on it together
/// @param adapter a folder as PEFT writes it, instead of tickets
public record ExportInput(Checkpoint base, List<Ticket> tickets, Optional<Path> adapter) {
    public ExportInput {
        tickets = List.copyOf(tickets);
        if (tickets.isEmpty() == adapter.isEmpty()) {
            throw new LotaException(Text.format(
                    "An export is of tickets or of one adapter, but there are %d tickets and %s.",
                    tickets.size(), adapter.isPresent() ? "an adapter" : "no adapter"));
        }
    }

    /// Tickets on a base.
    public ExportInput(Checkpoint base, List<Ticket> tickets) {
        this(base, tickets, Optional.empty());
    }

    /// All of the change as one ticket: the sum of the tickets, or what an adapter does.
    ///
    /// @throws LotaException when it is for another base
    public Ticket change() {
        Ticket change =
                adapter.map(folder -> AdapterTicket.of(base, folder).ticket()).orElseGet(this::sum);
        Tickets.requireTensors(base, change);
        Tickets.requireBase(base, change);
        return change;
    }

    private Ticket sum() {
        double[] ones = new double[tickets.size()];
        Arrays.fill(ones, 1);
        return tickets.size() == 1 ? tickets.getFirst() : Tickets.add(tickets, ones);
    }
}
