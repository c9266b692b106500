package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.internal.ProcessMemory;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.model.Loadable;
import io.lota4j.internal.train.SettingsText;
import io.lota4j.train.MemoryEstimate;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.objective.Objective;
import io.lota4j.train.objective.Sft;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/// What a command would do, line by line, from headers alone.
final class DryRun {
    private final List<Sentence> lines = new ArrayList<>();

    DryRun line(String what, String detail) {
        return line(what, Sentence.of("%s", Figure.of(Key.DETAIL, detail)));
    }

    /// A line with its figures.
    DryRun line(String what, Sentence detail) {
        lines.add(Sentence.join("", List.of(Sentence.of("%-12s", Figure.of(Key.WHAT, what)), detail)));
        return this;
    }

    /// A line that is laid out already.
    DryRun raw(Sentence line) {
        lines.add(line);
        return this;
    }

    DryRun model(String what, Checkpoint checkpoint) {
        long weights = checkpoint.tensors().values().stream()
                .mapToLong(t -> t.shape().numel())
                .sum();
        return line(
                what,
                Sentence.of(
                        "%s: %s tensors, %s weights, %s",
                        Figure.of(Key.PATH, checkpoint.directory()),
                        Figure.of(Key.TENSOR_COUNT, checkpoint.tensors().size()),
                        Figure.count(Key.WEIGHTS, weights),
                        Figure.bytes(Key.BYTES, bytes(checkpoint))));
    }

    /// A model whose weights the work loads.
    DryRun model(Loadable model) {
        return model("model", model.checkpoint());
    }

    /// Steps of a training run over so many rows, and the peak of its memory.
    DryRun training(TrainConfig config, int rows, MemoryEstimate peak) {
        return training(config, rows, peak, Figure.of(Key.LR, config.lr()));
    }

    /// As [#training(TrainConfig, int, MemoryEstimate)], with a learning rate that is said otherwise.
    DryRun training(TrainConfig config, int rows, MemoryEstimate peak, Figure lr) {
        line("data", Sentence.of("%s rows", Figure.count(Key.ROWS, rows)));
        line(
                "steps",
                Sentence.of(
                        "%s of %s examples (%s, lr %s, %s)",
                        Figure.count(Key.STEPS, config.steps()),
                        examples(config, rows),
                        Figure.of(Key.OPTIMIZER, config.optimizer().name()),
                        lr,
                        Figure.of(Key.SCHEDULE, config.schedule().name().toLowerCase(Locale.ROOT))));
        if (!config.objective().equals(new Sft())) {
            line("objective", objective(config.objective()));
        }
        return memory(peak, "gradients and optimizer state");
    }

    private static String objective(Objective objective) {
        String settings = objective.settings().entrySet().stream()
                .map(s -> s.getKey().name() + " " + SettingsText.number(s.getValue()))
                .collect(Collectors.joining(", "));
        return objective.name()
                + (settings.isEmpty() ? "" : " (" + settings + ")")
                + (objective.needsReference() ? "; before the first step its rows are scored once, as reference" : "");
    }

    /// An epoch ends with the data, so that its last step may have fewer examples than the others.
    private static Figure examples(TrainConfig config, int rows) {
        long most = Math.min(config.stepExamples(), rows);
        boolean equal = rows % most == 0 || config.steps() <= rows / most;
        return new Figure(Key.STEP_EXAMPLES, most, (equal ? "" : "at most ") + most);
    }

    /// @param state what the run keeps beside the model
    DryRun memory(MemoryEstimate peak, String state) {
        return line(
                "memory",
                Sentence.of(
                        "about %s: %s of F32 weights, %s of " + state + ", %s of activations, %s of runtime",
                        Figure.bytes(Key.BYTES, peak.total()),
                        Figure.bytes(Key.WEIGHT_BYTES, peak.weights()),
                        Figure.bytes(Key.STATE_BYTES, peak.state()),
                        Figure.bytes(Key.ACTIVATION_BYTES, peak.pass()),
                        Figure.bytes(Key.RUNTIME_BYTES, peak.runtime())));
    }

    /// Memory that is needed beside mapped files, against what is available.
    DryRun memory(long needed) {
        Sentence about = Sentence.of("about %s beside the mapped files", Figure.bytes(Key.BYTES, needed));
        OptionalLong available = ProcessMemory.available();
        if (available.isEmpty()) {
            return line("memory", about);
        }
        Sentence free = Sentence.of(
                "%s available" + (available.getAsLong() < needed ? ": NOT ENOUGH" : ""),
                Figure.bytes(Key.FREE_BYTES, available.getAsLong()));
        return line("memory", Sentence.join(", ", List.of(about, free)));
    }

    /// Room that an output needs, against what is free.
    DryRun disk(Path out, long needed) {
        return line("disk", room(out, needed));
    }

    static Sentence room(Path out, long needed) {
        return Sentence.of(
                "%s: about %s, %s free" + (hasRoom(out, needed) ? "" : ": NOT ENOUGH"),
                Figure.of(Key.PATH, out),
                Figure.bytes(Key.BYTES, needed),
                Figure.bytes(Key.FREE_BYTES, free(out)));
    }

    static boolean hasRoom(Path out, long needed) {
        return free(out) >= needed;
    }

    /// Refuses to begin what the disk has no room for.
    static void requireRoom(Path out, long needed) {
        if (!hasRoom(out, needed)) {
            throw new LotaException(Text.format(
                    "%s: about %s are needed, %s are free.",
                    out, ResultLines.bytes(needed), ResultLines.bytes(free(out))));
        }
    }

    /// Whether what is written somewhere stays in memory.
    static boolean isInMemory(Path out) {
        return Set.of("tmpfs", "ramfs").contains(store(out).type());
    }

    /// Whether two places share their room.
    static boolean onOneDisk(Path one, Path other) {
        return store(one).equals(store(other));
    }

    private static long free(Path out) {
        try {
            return store(out).getUsableSpace();
        } catch (IOException e) {
            throw unknownRoom(out, e);
        }
    }

    private static FileStore store(Path out) {
        try {
            return Files.getFileStore(existing(out.toAbsolutePath()));
        } catch (IOException e) {
            throw unknownRoom(out, e);
        }
    }

    private static LotaException unknownRoom(Path out, IOException e) {
        return new LotaException(out + ": cannot tell how much room there is: " + e.getMessage(), e);
    }

    private static Path existing(Path path) {
        Path parent = path.getParent();
        return Files.exists(path) || parent == null ? path : existing(parent);
    }

    static long bytes(Checkpoint checkpoint) {
        return checkpoint.tensors().values().stream()
                .mapToLong(TensorInfo::bytes)
                .sum();
    }

    void print(Result result) {
        result.line("dry run: nothing is trained or written");
        result.also(Key.DRY_RUN, true);
        lines.forEach(line -> result.add(Key.PLAN, line));
    }
}
