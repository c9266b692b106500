package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.model.Loadable;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.train.AdaptedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/// A base with any number of tickets on it, as a picocli mixin.
final class ModelOptions {
    @Reads
    @Option(names = "--model", required = true, paramLabel = "DIR", description = "The base, a Hugging Face directory.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path model;

    @Reads
    @Option(
            names = "--ticket",
            paramLabel = "T",
            description = "A ticket to put on the base, in memory only. Repeat to add several tickets.")
    private List<Path> tickets = new ArrayList<>();

    Lota open() {
        return Lota.open(model);
    }

    List<Ticket> tickets() {
        return tickets.stream().map(TicketFile::read).toList();
    }

    /// Adds model and tickets to a plan, having checked that they belong together.
    Plan plan(Plan plan) {
        try (Checkpoint base = Checkpoint.open(model)) {
            Loadable loaded = Loadable.of(base);
            plan.model(loaded);
            for (Path file : tickets) {
                Ticket ticket = TicketFile.read(file);
                AdaptedModel.requireTensors(base, loaded.weights().keySet(), ticket);
                plan.line("ticket", Words.ticket(file, ticket));
            }
            return plan;
        }
    }
}
