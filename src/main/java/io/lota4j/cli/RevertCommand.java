package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.Tickets;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command
@Prints(
        value = {Key.PATH, Key.BASE},
        sometimes = {Key.NOT_COPIED})
final class RevertCommand extends BaseCommand {
    @Reads
    @Option(
            names = "--model",
            required = true,
            converter = ModelDirectory.class,
            paramLabel = "DIR2",
            description = "What 'apply' wrote.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path model;

    @Reads
    @Option(names = "--ticket", required = true, paramLabel = "T", description = "The ticket that was applied.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path file;

    @Writes(OutputKind.DIRECTORY)
    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR3",
            description = "The directory to write, new or empty.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path out;

    @Override
    DryRun plan() {
        try (Checkpoint tuned = Checkpoint.open(model)) {
            Ticket ticket = TicketFile.read(file);
            Tickets.requireRevertible(tuned, ticket);
            return new DryRun()
                    .model("model", tuned)
                    .line("ticket", Text.format("%,d weights go back", ticket.nnz()))
                    .disk(out, DryRun.bytes(tuned));
        }
    }

    @Override
    int execute(Result result) {
        Ticket ticket = TicketFile.read(file);
        List<String> leftOut = Lota.revert(model, ticket, out);
        result.say(
                "%s: the base again, fingerprint %s",
                Figure.of(Key.PATH, out), Figure.of(Key.BASE, ticket.info().base()));
        ResultLines.leftOut(leftOut).ifPresent(result::say);
        return ExitCode.OK;
    }
}
