package io.lota4j.cli;

import io.lota4j.internal.checkpoint.RealPath;
import io.lota4j.train.StateFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What a run keeps so that it can go on after a stop, as a picocli mixin.
final class StateOptions {
    @Option(
            names = "--checkpoint-every",
            paramLabel = "K",
            converter = Numbers.LongCount.class,
            description = "Save the state of the run every K steps (default: only on Ctrl-C).")
    private long every;

    @Option(names = "--resume", description = "Resume from the saved state of a stopped run.")
    private boolean resume;

    @Writes(OutputKind.STATE)
    @Option(
            names = "--state",
            paramLabel = "F",
            description = "Where the state is saved (default: the name of --out with .state added).")
    private @Nullable Path state;

    @Writes(OutputKind.LOG)
    @Option(
            names = "--metrics",
            paramLabel = "F.jsonl",
            description =
                    "Append one JSON line per step: step, loss, gradient_norm, lr, tokens, scored_tokens, seconds.")
    private @Nullable Path metrics;

    @Writes(OutputKind.FOLDER)
    @Option(
            names = "--tensorboard",
            paramLabel = "DIR",
            description =
                    "Also write loss, gradient norm, learning rate and tokens/s of each step for " + "TensorBoard.")
    private @Nullable Path tensorboard;

    /// Adds where the state goes if the user does not say.
    ///
    /// @param out the result's file
    void addTo(CommandPaths places, Path out) {
        Path file = state(out).file();
        if (state == null && file != null) {
            places.writes("the run's state", file, OutputKind.STATE);
        }
    }

    @Nullable
    Path metrics() {
        return metrics;
    }

    @Nullable
    Path tensorboard() {
        return tensorboard;
    }

    /// @param out the result's file
    StateFile state(Path out) {
        if (state == null && RealPath.isStream(RealPath.of(out))) {
            return new StateFile(null, every, resume);
        }
        Path file = state != null ? state : out.resolveSibling(out.getFileName() + ".state");
        return new StateFile(file, every, resume);
    }
}
