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
import java.io.PrintWriter;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// What a command would do, line by line, from headers alone.
final class Plan {
    private final List<String> lines = new ArrayList<>();

    Plan line(String what, String detail) {
        lines.add(Text.format("%-12s%s", what, detail));
        return this;
    }

    /// A line that is laid out already.
    Plan raw(String line) {
        lines.add(line);
        return this;
    }

    Plan model(String what, Checkpoint checkpoint) {
        long weights = checkpoint.tensors().values().stream()
                .mapToLong(t -> t.shape().numel())
                .sum();
        return line(
                what,
                Text.format(
                        "%s: %d tensors, %,d weights, %s",
                        checkpoint.directory(), checkpoint.tensors().size(), weights, Words.bytes(bytes(checkpoint))));
    }

    /// A model whose weights the work loads.
    Plan model(Loadable model) {
        return model("model", model.checkpoint());
    }

    /// Steps of a training run over so many rows, and the peak of its memory.
    Plan training(TrainConfig config, int rows, MemoryEstimate peak) {
        line("data", Text.format("%,d rows", rows));
        line(
                "steps",
                Text.format(
                        "%,d of %s examples (%s, lr %s, %s)",
                        config.steps(),
                        examples(config, rows),
                        config.optimizer().name(),
                        config.lr(),
                        config.schedule().name().toLowerCase(Locale.ROOT)));
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
    private static String examples(TrainConfig config, int rows) {
        long most = Math.min(config.stepExamples(), rows);
        boolean equal = rows % most == 0 || config.steps() <= rows / most;
        return (equal ? "" : "at most ") + most;
    }

    /// @param state what the run keeps beside the model
    Plan memory(MemoryEstimate peak, String state) {
        return line(
                "memory",
                Text.format(
                        "about %s: %s of F32 weights, %s of %s, %s of activations, %s of runtime",
                        Words.bytes(peak.total()),
                        Words.bytes(peak.weights()),
                        Words.bytes(peak.state()),
                        state,
                        Words.bytes(peak.pass()),
                        Words.bytes(peak.runtime())));
    }

    /// Memory that is needed beside mapped files, against what is available.
    Plan memory(long needed) {
        String available = ProcessMemory.available().stream()
                .mapToObj(bytes ->
                        Text.format(", %s available%s", Words.bytes(bytes), bytes < needed ? ": NOT ENOUGH" : ""))
                .collect(Collectors.joining());
        return line("memory", Text.format("about %s beside the mapped files%s", Words.bytes(needed), available));
    }

    /// Room that an output needs, against what is free.
    Plan disk(Path out, long needed) {
        return line("disk", room(out, needed));
    }

    static String room(Path out, long needed) {
        return Text.format(
                "%s: about %s, %s free%s",
                out, Words.bytes(needed), Words.bytes(free(out)), hasRoom(out, needed) ? "" : ": NOT ENOUGH");
    }

    static boolean hasRoom(Path out, long needed) {
        return free(out) >= needed;
    }

    /// Refuses to begin what the disk has no room for.
    static void requireRoom(Path out, long needed) {
        if (!hasRoom(out, needed)) {
            throw new LotaException(Text.format(
                    "%s: about %s are needed, %s are free.", out, Words.bytes(needed), Words.bytes(free(out))));
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

    int print(PrintWriter out) {
        out.println("dry run: nothing is trained or written");
        lines.forEach(out::println);
        return ExitCode.OK;
    }
}
