package io.lota4j.cli;

import io.lota4j.internal.Text;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `lota ticket`: looks at tickets, and makes them smaller.
@Command(subcommands = {TicketCommand.InfoOf.class, ShrinkCommand.class})
final class TicketCommand extends Group {

    @Command(name = "info", description = "What a ticket changes, what it is for and how it was made.")
    static final class InfoOf extends BaseCommand {
        @Reads
        @Parameters(paramLabel = "TICKET", description = "The ticket.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path file;

        @Override
        Plan plan() {
            return new Plan().line("reads", Words.ticket(file, TicketFile.read(file)));
        }

        @Override
        int execute() {
            Ticket ticket = TicketFile.read(file);
            PrintWriter out = out();
            out.println(Words.ticket(file, ticket));
            out.println("base " + ticket.info().base());
            out.println(
                    "pool " + ticket.info().pool() + ", scope " + ticket.info().scope());
            boolean reversible = ticket.tensors().values().stream().allMatch(t -> t.baseBits() != null);
            out.println(reversible ? "can be reverted bit for bit" : "cannot be reverted: it keeps no base bits");
            long exact = ticket.exact();
            if (exact > 0) {
                out.println(Text.format("%,d weights kept as they are, for no delta leads there", exact));
            }
            ticket.info().provenance().forEach((key, value) -> out.println(key + " " + value));
            return ExitCode.OK;
        }
    }
}
