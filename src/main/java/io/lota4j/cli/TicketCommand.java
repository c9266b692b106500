package io.lota4j.cli;

import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `lota ticket`: looks at tickets.
@Command(subcommands = TicketCommand.Info.class)
final class TicketCommand extends Group {

    @Command(name = "info", description = "What a ticket changes, what it is for and how it was made.")
    static final class Info implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli
        private CommandSpec spec;

        @Mixin
        private CommonOptions common = new CommonOptions();

        @Parameters(paramLabel = "TICKET", description = "The ticket.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path file;

        @Mixin
        private DryRunOption dryRun = new DryRunOption();

        @Override
        public Integer call() {
            Ticket ticket = TicketFile.read(file);
            PrintWriter out = spec.commandLine().getOut();
            if (dryRun.asked()) {
                return new Plan().line("reads", Words.ticket(file, ticket)).print(out);
            }
            out.println(Words.ticket(file, ticket));
            out.println("base " + ticket.info().base());
            out.println(
                    "pool " + ticket.info().pool() + ", scope " + ticket.info().scope());
            boolean reversible = ticket.tensors().values().stream().allMatch(t -> t.baseBits() != null);
            out.println(reversible ? "can be reverted bit for bit" : "cannot be reverted: it keeps no base bits");
            ticket.info().provenance().forEach((key, value) -> out.println(key + " " + value));
            return ExitCode.OK;
        }
    }
}
