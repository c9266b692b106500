package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.model.Loadable;
import io.lota4j.internal.model.ModelConfig;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.metrics.Metric;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.ticket.Ticket;
import io.lota4j.train.MemoryEstimate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// A base with any number of tickets on it, as a picocli mixin.
final class ModelOptions {
    @Mixin
    private BaseOption model = new BaseOption();

    @Reads
    @Option(
            names = "--ticket",
            paramLabel = "T",
            description = "A ticket to put on the base, in memory only, or a PEFT adapter's folder. Repeat to add"
                    + " several.")
    private List<Path> tickets = new ArrayList<>();

    @Option(names = MemoryOptions.MAPPED, description = MemoryOptions.MAPPED_HELP)
    private boolean mapped;

    @Mixin
    private DeviceOption device = new DeviceOption();

    Lota open() {
        return Lota.open(model.path(), device.device(), KernelChoice.AUTO, policy());
    }

    /// Writes figures of this model, named by its tickets, to a directory.
    ///
    /// @param about a title, before the name
    void write(Path out, String about, double seconds, Function<String, List<Metric>> metrics) {
        String run = tickets.isEmpty()
                ? String.valueOf(model.path().getFileName())
                : tickets.stream()
                        .map(path -> String.valueOf(path.getFileName()))
                        .collect(Collectors.joining(" + "));
        try (Lota lota = open()) {
            new MeasuredFolder(out, model.path(), lota.fingerprint(), seconds)
                    .write(about + ": " + run, metrics.apply(run));
        }
    }

    /// Says if there is too little memory for the base.
    ///
    /// @param tickets what [#tickets] gave
    void warn(List<Ticket> tickets, Messages messages) {
        MemoryOptions.warn(policy(), List.of(MemoryOptions.ONLY_MAPPED), policy -> memory(policy, tickets), messages);
    }

    private MemoryPolicy policy() {
        return mapped ? MemoryOptions.ONLY_MAPPED : MemoryPolicy.KEEP;
    }

    private long memory(MemoryPolicy policy, List<Ticket> tickets) {
        long changed = tickets.stream().mapToLong(Ticket::nnz).sum();
        return MemoryEstimate.scoring(ModelConfig.of(model.path()), policy.base(), changed)
                .total();
    }

    /// Reads the tickets.
    ///
    /// @param messages gets what may not be meant
    List<Ticket> tickets(Messages messages) {
        return TicketFiles.read(model.path(), tickets, messages);
    }

    /// Adds model and tickets to a plan, having checked that they belong together.
    DryRun plan(DryRun plan, Messages messages) {
        try (Checkpoint base = Checkpoint.open(model.path())) {
            Loadable loaded = Loadable.of(base);
            plan.model(loaded);
            List<Ticket> read = tickets(messages);
            for (int t = 0; t < read.size(); t++) {
                AdaptedModel.requireTensors(base, loaded.weights().keySet(), read.get(t));
                plan.line(
                        "ticket",
                        Files.isDirectory(tickets.get(t))
                                ? Sentence.of(
                                        "%s: an adapter, %s of %s weights changed",
                                        Figure.of(Key.PATH, tickets.get(t)),
                                        Figure.count(Key.CHANGED, read.get(t).nnz()),
                                        Figure.count(Key.POOL_SIZE, read.get(t).poolSize()))
                                : ResultLines.ticket(tickets.get(t), read.get(t)));
            }
            return plan.memory(memory(policy(), read));
        }
    }
}
