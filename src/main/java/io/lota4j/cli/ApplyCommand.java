package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.checkpoint.DType;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.ticket.Effect;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.Tickets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command
@Prints(
        value = {Key.PATH, Key.CHANGED, Key.TICKET_WEIGHTS},
        sometimes = {Key.ROUNDING, Key.INEXACT, Key.NOT_COPIED})
final class ApplyCommand extends BaseCommand {
    @Mixin
    private BaseOption model = new BaseOption();

    @Reads
    @Option(
            names = "--ticket",
            required = true,
            paramLabel = "T",
            description = "The ticket to put on the base, or a PEFT adapter's folder. Repeat to add several.")
    private List<Path> tickets = new ArrayList<>();

    @Writes(OutputKind.DIRECTORY)
    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR2",
            description = "The directory to write, new or empty.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path out;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            converter = WeightType.class,
            description = "Write all weights as " + WeightType.NAMES + " (default: as the base has them). F32 keeps"
                    + " changes that are too small for a base's BF16 or F16.")
    private @Nullable DType dtype;

    @Override
    DryRun plan() {
        try (Checkpoint base = Checkpoint.open(model.path())) {
            List<Ticket> read = read();
            Ticket ticket = Lota.sum(read);
            Effect effect = Tickets.effect(base, ticket, type());
            DryRun plan = new DryRun().model("model", base).line("ticket", changed(ticket, effect));
            ResultLines.rounding(effect, advice()).ifPresent(lost -> plan.line("rounding", lost));
            ResultLines.inexact(Tickets.inexact(read, ticket)).ifPresent(plan::raw);
            long weights = base.tensors().values().stream()
                    .mapToLong(info -> type().filter(type -> info.dtype().isFloat())
                            .orElse(info.dtype())
                            .bytes(info.shape().numel()))
                    .sum();
            return plan.disk(out, weights);
        }
    }

    @Override
    int execute(Result result) {
        List<Ticket> read = read();
        Ticket ticket = Lota.sum(read);
        try (Lota lota = warned(Lota.open(model.path()))) {
            Optional<DType> type = type();
            Tickets.Applied applied = type.isPresent() ? lota.apply(ticket, type.get(), out) : lota.apply(ticket, out);
            result.say(Sentence.join(
                    ": the base with ",
                    List.of(Sentence.of("%s", Figure.of(Key.PATH, out)), changed(ticket, applied.effect()))));
            ResultLines.rounding(applied.effect(), advice())
                    .ifPresent(lost -> result.say(Key.ROUNDING, lost.after("rounding: ")));
            ResultLines.inexact(Tickets.inexact(read, ticket)).ifPresent(result::say);
            ResultLines.leftOut(applied.leftOut()).ifPresent(result::say);
        }
        return ExitCode.OK;
    }

    private static Sentence changed(Ticket ticket, Effect effect) {
        Figure changed = Figure.count(Key.CHANGED, effect.changed());
        Figure entries = Figure.count(Key.TICKET_WEIGHTS, ticket.nnz());
        return effect.changed() == ticket.nnz()
                ? Sentence.of("%s weights changed", changed).with(entries)
                : Sentence.of("%s weights changed, of %s in the ticket", changed, entries);
    }

    private String advice() {
        return dtype == DType.F32 ? "" : "; --dtype F32 keeps more of it";
    }

    private Optional<DType> type() {
        return Optional.ofNullable(dtype);
    }

    private List<Ticket> read() {
        return TicketFiles.read(model.path(), tickets, messages());
    }
}
