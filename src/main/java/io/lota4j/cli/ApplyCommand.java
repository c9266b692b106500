package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.Text;
import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.Tickets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command
final class ApplyCommand extends BaseCommand {
    @Option(names = "--model", required = true, paramLabel = "DIR", description = "The base, a Hugging Face directory.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path model;

    @Option(
            names = "--ticket",
            required = true,
            paramLabel = "T",
            description = "The ticket to put on the base; given again, tickets add up.")
    private List<Path> tickets = new ArrayList<>();

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR2",
            description = "The directory to write, new or empty.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path out;

    @Override
    Plan plan() {
        try (Checkpoint base = Checkpoint.open(model)) {
            Ticket ticket = ticket();
            Tickets.requireTensors(base, ticket);
            return new Plan()
                    .model("model", base)
                    .line("ticket", Text.format("%,d weights change", ticket.nnz()))
                    .disk(out, Plan.bytes(base));
        }
    }

    @Override
    int execute() {
        Ticket ticket = ticket();
        try (Lota lota = Lota.open(model)) {
            lota.apply(ticket, out);
        }
        out().println(Text.format("%s: the base with %,d weights changed", out, ticket.nnz()));
        return ExitCode.OK;
    }

    private Ticket ticket() {
        return Lota.sum(tickets.stream().map(TicketFile::read).toList());
    }
}
