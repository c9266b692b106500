package io.lota4j.cli;

import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `lota ticket`: looks at tickets, and makes them smaller.
@Command(subcommands = {TicketCommand.InfoOf.class, ShrinkCommand.class})
final class TicketCommand extends Group {

    @Prints(
            value = {
                Key.PATH,
                Key.CHANGED,
                Key.POOL_SIZE,
                Key.DENSITY,
                Key.BYTES,
                Key.BASE,
                Key.POOL,
                Key.SCOPE,
                Key.REVERSIBLE,
                Key.PROVENANCE
            },
            sometimes = Key.EXACT)
    @Command(name = "info", description = "What a ticket changes, what it is for and how it was made.")
    static final class InfoOf extends BaseCommand {
        @Reads
        @Parameters(paramLabel = "TICKET", description = "The ticket.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path file;

        @Override
        DryRun plan() {
            return new DryRun().line("reads", ResultLines.ticket(file, TicketFile.read(file)));
        }

        @Override
        int execute(Result result) {
            Ticket ticket = TicketFile.read(file);
            result.say(ResultLines.ticket(file, ticket));
            result.say("base %s", Figure.of(Key.BASE, ticket.info().base()));
            result.say(
                    "pool %s, scope %s",
                    Figure.of(Key.POOL, ticket.info().pool()),
                    Figure.of(Key.SCOPE, ticket.info().scope()));
            boolean reversible = ticket.tensors().values().stream().allMatch(t -> t.baseBits() != null);
            result.say(
                    "%s",
                    new Figure(
                            Key.REVERSIBLE,
                            reversible,
                            reversible ? "can be reverted bit for bit" : "cannot be reverted: it keeps no base bits"));
            long exact = ticket.exact();
            if (exact > 0) {
                result.say("%s weights kept as they are, for no delta leads there", Figure.count(Key.EXACT, exact));
            }
            ticket.info().provenance().forEach((key, value) -> result.line(key + " " + value));
            result.also(Key.PROVENANCE, ticket.info().provenance());
            return ExitCode.OK;
        }
    }
}
