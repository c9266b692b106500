package io.lota4j.cli;

import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.checkpoint.Shape;
import io.lota4j.mask.Sparsity;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.Tickets;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command
final class ExtractCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Option(names = "--base", required = true, paramLabel = "DIR", description = "The base, a Hugging Face directory.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path base;

    @Option(
            names = "--tuned",
            required = true,
            paramLabel = "DIR2",
            description = "What was made of it by any program.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path tuned;

    @Option(
            names = "--sparsity",
            paramLabel = "S",
            description = "Keep only the largest deltas, all but this share (default: every weight that differs).")
    private @Nullable Double sparsity;

    @Mixin
    private PoolOptions pool = new PoolOptions();

    @Option(names = "--out", required = true, paramLabel = "T.ticket.safetensors", description = "The ticket to write.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path out;

    @Mixin
    private DryRunOption dryRun = new DryRunOption();

    @Override
    public Integer call() {
        Outputs.check(out);
        OptionalDouble share =
                sparsity == null ? OptionalDouble.empty() : OptionalDouble.of(Sparsity.check(sparsity, "--sparsity"));
        try (Checkpoint from = Checkpoint.open(base);
                Checkpoint to = Checkpoint.open(tuned)) {
            if (dryRun.asked()) {
                long weights = pool.pool().select(from.tensors()).values().stream()
                        .mapToLong(Shape::numel)
                        .sum();
                long kept = share.isPresent() ? Sparsity.trainable(weights, share.getAsDouble()) : weights;
                return new Plan()
                        .model("base", from)
                        .model("tuned", to)
                        .line("ticket", "at most %,d of %,d weights".formatted(kept, weights))
                        .disk(out, kept * (Float.BYTES + Short.BYTES))
                        .print(spec.commandLine().getOut());
            }
            Ticket ticket = Tickets.extract(from, to, share, pool.pool());
            TicketFile.write(out, ticket);
            spec.commandLine().getOut().println(Words.ticket(out, ticket));
        }
        return ExitCode.OK;
    }
}
