package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.ModelFiles;
import io.lota4j.mask.Sparsity;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.Tickets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command
@Prints({Key.PATH, Key.CHANGED, Key.POOL_SIZE, Key.DENSITY, Key.BYTES})
final class ExtractCommand extends BaseCommand {
    @Reads
    @Option(
            names = "--base",
            required = true,
            converter = ModelDirectory.class,
            paramLabel = "DIR",
            description = "The base, a Hugging Face directory.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path base;

    @Reads
    @Option(
            names = "--tuned",
            required = true,
            converter = ModelDirectory.class,
            paramLabel = "DIR2",
            description = "The fine-tuned model directory.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path tuned;

    @Option(
            names = "--sparsity",
            paramLabel = "S",
            converter = Numbers.Fraction.class,
            description = "Keep only the largest deltas, all but this share (default: every weight that differs).")
    private @Nullable Double sparsity;

    @Mixin
    private PoolOptions pool = new PoolOptions();

    @Writes(OutputKind.RESULT)
    @Option(names = "--out", required = true, paramLabel = "T.ticket.safetensors", description = "The ticket to write.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path out;

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private ForceOption force = new ForceOption();

    @Override
    void check() {
        if (sparsity != null) {
            Sparsity.check(sparsity, "--sparsity");
        }
    }

    @Override
    DryRun plan() {
        try (Checkpoint from = Checkpoint.open(base);
                Checkpoint to = Checkpoint.open(tuned)) {
            Tickets.requireComparable(from, to, pool.pool());
            long weights = pool.pool().select(from.tensors()).values().stream()
                    .mapToLong(Shape::numel)
                    .sum();
            long kept = sparsity == null ? weights : Sparsity.trainable(weights, sparsity);
            return new DryRun()
                    .model("base", from)
                    .model("tuned", to)
                    .line("ticket", Text.format("at most %,d of %,d weights", kept, weights))
                    .disk(out, kept * (Float.BYTES + Short.BYTES));
        }
    }

    @Override
    int execute(Result result) {
        OptionalDouble share = sparsity == null ? OptionalDouble.empty() : OptionalDouble.of(sparsity);
        try (Lota lota = warned(Lota.open(base))) {
            Ticket ticket = lota.extract(tuned, share, pool.pool());
            result.say(Rescue.write(out, file -> {
                TicketFile.write(file, ticket);
                return ResultLines.ticket(file, ticket);
            }));
            warnOfOthers(ticket);
        }
        return ExitCode.OK;
    }

    private void warnOfOthers(Ticket ticket) {
        String names = ticket.info().provenance().get("changed_outside_pool");
        if (names != null) {
            messages()
                    .tell("lota: not in the ticket, though they differ: " + names
                            + (pool.takesAllElse(List.of(names.split(", "))) ? "; --pool all takes them in." : "."));
        }
        try (Checkpoint from = Checkpoint.open(base);
                Checkpoint to = Checkpoint.open(tuned)) {
            List<String> files = ModelFiles.differing(from, to);
            if (!files.isEmpty()) {
                messages()
                        .tell("lota: a ticket carries weights only; these files differ too: " + String.join(", ", files)
                                + ".");
            }
        }
    }
}
