package io.lota4j.cli;

import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.Tickets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command
final class RevertCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Option(names = "--model", required = true, paramLabel = "DIR2", description = "What `apply` wrote.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path model;

    @Option(names = "--ticket", required = true, paramLabel = "T", description = "The ticket that was applied.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path file;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR3",
            description = "The directory to write, new or empty.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path out;

    @Mixin
    private DryRunOption dryRun = new DryRunOption();

    @Override
    public Integer call() {
        Ticket ticket = TicketFile.read(file);
        if (dryRun.asked()) {
            try (Checkpoint tuned = Checkpoint.open(model)) {
                Tickets.requireTensors(tuned, ticket);
                return new Plan()
                        .model("model", tuned)
                        .line("ticket", "%,d weights go back".formatted(ticket.nnz()))
                        .disk(out, Plan.bytes(tuned))
                        .print(spec.commandLine().getOut());
            }
        }
        Tickets.revert(model, ticket, out);
        spec.commandLine()
                .getOut()
                .println("%s: the base again, fingerprint %s"
                        .formatted(out, ticket.info().base()));
        return ExitCode.OK;
    }
}
