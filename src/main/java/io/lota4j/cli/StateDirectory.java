package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.model.MemoryPolicy.ActivationPolicy;
import io.lota4j.model.MemoryPolicy.BaseWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where a calibration keeps what it has for each weight, as a picocli mixin.
final class StateDirectory {
    static final String NAME = "--state-dir";

    /// The least memory that a calibration takes, for advice.
    private static final MemoryPolicy LEAST =
            new MemoryPolicy(ActivationPolicy.RECOMPUTE, BaseWeights.MAPPED).withState(Path.of("DIR"));

    @Writes(OutputKind.FOLDER)
    @Option(
            names = NAME,
            paramLabel = "DIR",
            description = "Keep values, gradients and optimizer state of all weights (for snip and fisher: the"
                    + " sums) in mapped files in this directory and not in memory: up to 16 bytes a weight, the same"
                    + " result, more time. Implies --mapped-base. The files have no names and are gone when the command"
                    + " ends, however it ends.")
    private @Nullable Path directory;

    /// A policy with what was asked for.
    MemoryPolicy addTo(MemoryPolicy policy) {
        return policy.withState(directory);
    }

    /// Policies that a calibration could have instead.
    static List<MemoryPolicy> policies() {
        List<MemoryPolicy> all = new ArrayList<>(MemoryOptions.ALL);
        all.add(LEAST);
        return all;
    }

    /// Adds what is needed on disks.
    ///
    /// @param files bytes in the directory
    /// @param state the file of a stopped run, or null for none
    /// @param saved bytes that it would have
    void plan(DryRun plan, long files, @Nullable Path state, long saved) {
        if (directory != null) {
            plan.disk(directory, files);
            if (state != null) {
                plan.line("", DryRun.room(state, saved).followedBy(", if it is stopped"));
            }
        }
    }

    /// Refuses what the disk has no room for, and says what a stop would have none for. Parameters as for [#plan].
    ///
    /// @throws LotaException with what is needed and free
    void requireRoom(long files, @Nullable Path state, long saved, Messages messages) {
        if (directory == null) {
            return;
        }
        DryRun.requireRoom(directory, files);
        if (DryRun.isInMemory(directory)) {
            messages.warn(Text.format(
                    "%s is in memory itself, as far as its file system says, and nothing is saved. Give"
                            + " a directory on a disk.",
                    directory));
        }
        if (state != null && !DryRun.hasRoom(state, saved + (DryRun.onOneDisk(directory, state) ? files : 0))) {
            messages.warn(Text.format(
                    "if the run is stopped, there is no room for its state, %s as %s: it could not go on"
                            + " from there.",
                    ResultLines.bytes(saved), state));
        }
    }
}
