package io.lota4j.cli;

import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.Tickets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command
final class ApplyCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    private CommonOptions common = new CommonOptions();

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

    @Mixin
    private DryRunOption dryRun = new DryRunOption();

    @Override
    public Integer call() {
        List<Ticket> read = tickets.stream().map(TicketFile::read).toList();
        double[] ones = new double[read.size()];
        Arrays.fill(ones, 1);
        Ticket ticket = read.size() == 1 ? read.getFirst() : Tickets.add(read, ones);
        try (Checkpoint base = Checkpoint.open(model)) {
            if (dryRun.asked()) {
                Tickets.requireTensors(base, ticket);
                return new Plan()
                        .model("model", base)
                        .line("ticket", "%,d weights change".formatted(ticket.nnz()))
                        .disk(out, Plan.bytes(base))
                        .print(spec.commandLine().getOut());
            }
            Tickets.apply(base, ticket, out);
        }
        spec.commandLine().getOut().println("%s: the base with %,d weights changed".formatted(out, ticket.nnz()));
        return ExitCode.OK;
    }
}
