package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.internal.FileKind;
import io.lota4j.mask.MaskFile;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.Tickets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `lota ticket`: looks at tickets, and makes them smaller.
@Command(subcommands = {TicketCommand.InfoOf.class, TicketCommand.Without.class, ShrinkCommand.class})
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
            sometimes = {Key.EXACT, Key.ENERGY, Key.FAR_ROWS, Key.ROWS_OUT_OF_LINE, Key.MASKS})
    @Command(name = "info", description = "What a ticket changes, what it is for and how it was made.")
    static final class InfoOf extends BaseCommand {
        @Reads
        @Parameters(paramLabel = "TICKET", description = "The ticket.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path file;

        @Option(
                names = "--inspect",
                description = "Also show where the energy of the change lies, which rows are far out of line, and with"
                        + " --mask what it has in common with masks of known tasks.")
        private boolean inspect;

        @Reads
        @Option(
                names = "--mask",
                paramLabel = "M",
                description = "With --inspect: a mask of a known task on the same base. Repeat for several.")
        private List<Path> masks = new ArrayList<>();

        @Override
        void checkOptions(OptionRules rules) {
            if (!inspect) {
                rules.refuse("--mask", "a ticket that is not inspected (--inspect)");
            }
        }

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
            if (inspect) {
                new TicketInspection(ticket).say(result, masks);
            }
            return ExitCode.OK;
        }
    }

    @Prints({
        Key.PATH,
        Key.CHANGED,
        Key.POOL_SIZE,
        Key.DENSITY,
        Key.BYTES,
        Key.REWOUND_ENTRIES,
        Key.REWOUND_SHARE,
        Key.REWOUND_ENERGY
    })
    @Command(
            name = "without",
            description = "Take the changes of a mask's weights out of a ticket: there the model is the base again"
                    + " (rewinding).")
    static final class Without extends BaseCommand {
        @Reads
        @Parameters(paramLabel = "TICKET", description = "The ticket.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path file;

        @Reads
        @Option(
                names = "--mask",
                required = true,
                paramLabel = "R",
                description = "The weights whose changes go, such as a region that guard region found.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path mask;

        @Writes(OutputKind.RESULT)
        @Option(names = "--out", required = true, paramLabel = "T", description = "The ticket to write.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path out;

        @Mixin
        @SuppressWarnings("UnusedVariable") // picocli reads it
        private ForceOption force = new ForceOption();

        @Override
        DryRun plan() {
            Ticket ticket = TicketFile.read(file);
            Ticket left = Tickets.without(ticket, MaskFile.read(mask));
            return new DryRun()
                    .line("reads", ResultLines.ticket(file, ticket))
                    .line("takes out", gone(ticket, left))
                    .disk(out, size(file));
        }

        private static long size(Path file) {
            try {
                return Files.size(file);
            } catch (IOException e) {
                throw new LotaException(file + " cannot be read: " + FileKind.reason(e) + ".", e);
            }
        }

        @Override
        int execute(Result result) {
            Ticket ticket = TicketFile.read(file);
            Ticket left = Tickets.without(ticket, MaskFile.read(mask));
            result.say(gone(ticket, left));
            result.say(Rescue.write(out, to -> {
                TicketFile.write(to, left);
                return ResultLines.ticket(to, left);
            }));
            return ExitCode.OK;
        }

        private static Sentence gone(Ticket ticket, Ticket left) {
            long entries = ticket.nnz() - left.nnz();
            double energy = ticket.norm() * ticket.norm();
            double kept = left.norm() * left.norm();
            return Sentence.of(
                    "%s of its changed weights (%s) are the base's again, with %s of the change (squared norm)",
                    Figure.count(Key.REWOUND_ENTRIES, entries),
                    Figure.share(Key.REWOUND_SHARE, ticket.nnz() == 0 ? 0 : (double) entries / ticket.nnz()),
                    Figure.share(Key.REWOUND_ENERGY, energy == 0 ? 0 : Math.max(0, 1 - kept / energy)));
        }
    }
}
