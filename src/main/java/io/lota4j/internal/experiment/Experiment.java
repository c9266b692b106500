package io.lota4j.internal.experiment;

import io.lota4j.data.Labels;
import io.lota4j.internal.train.Ranges;
import io.lota4j.mask.Pool;
import io.lota4j.memory.Device;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.train.objective.Objective;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A grid of runs: every method with every learning rate, order of tasks and seed.
///
/// @param recipe the file it was read from
/// @param text of that file
/// @param name in the report
/// @param about what it is for, for the report, or null
/// @param base a model directory
/// @param out directory for everything that comes of it
/// @param tasks at least one
/// @param general held-out text that belongs to no task; at most one
/// @param variants methods with their settings
/// @param orders of tasks, each a sequence of stages
/// @param seeds of data orders, random masks and adapters
/// @param training for all
/// @param pool that masks choose from, full fine-tuning trains and adapters adapt
/// @param device that models compute on
/// @param memory how runs save it
/// @param equal what methods were made equal in
/// @param merges of separately trained tasks
/// @param protections what is done so that what was known before stays; each makes runs of its own
/// @param probes behaviours that are scored after every stage
/// @param risk what the probes are about; null exactly where there is none
/// @param scoringBatch examples per batch of scoring
public record Experiment(
        Path recipe,
        String text,
        String name,
        @Nullable String about,
        Path base,
        Path out,
        List<Task> tasks,
        List<Task> general,
        List<Variant> variants,
        List<List<String>> orders,
        List<Long> seeds,
        Training training,
        Pool pool,
        Device device,
        MemoryPolicy memory,
        Set<Equal> equal,
        List<MergeSettings> merges,
        List<Protection> protections,
        List<Probe> probes,
        @Nullable Risk risk,
        int scoringBatch) {
    /// @throws io.lota4j.LotaException if the batch of scoring is under 1
    public Experiment {
        new Ranges().atLeast(1, scoringBatch, "examples per batch of scoring").requireNone();
    }

    /// What can be made equal among methods.
    public enum Equal {
        /// A stage's steps count calibration too, so that every method sees as many tokens.
        TOKENS,
        /// Adapters get the rank at which they have about as many weights as the masks.
        PARAMETERS
    }

    /// What a method minimises when it learns a task: its own objective, else the task's, else that of all.
    public Objective objective(Variant variant, Task task) {
        return Optional.ofNullable(variant.objective())
                .or(() -> Optional.ofNullable(task.objective()))
                .orElse(training.objective());
    }

    /// What a stage of a run minimises: as [#objective(Variant, Task)], or what its protection
    /// does.
    public Objective objective(GridRun run, int stage) {
        return run.protection(stage)
                .constraint()
                .<Objective>map(Constraint::objective)
                .orElseGet(() -> unprotected(run, stage));
    }

    /// What the brief fine-tune minimises that chooses the mask of a stage.
    public Objective unprotected(GridRun run, int stage) {
        return objective(run.variant(stage), task(run.order().get(stage)));
    }

    /// How a method is trained: as the experiment says, but for what it says itself.
    public Training training(Variant variant) {
        return Optional.ofNullable(variant.training()).orElse(training);
    }

    /// Steps of a task's stage, the choice of a mask aside. Larger batches take fewer, so that the rows that are
    /// seen are as many.
    public long steps(Variant variant, Task task) {
        Training own = training(variant);
        return task.steps().isPresent() ? own.steps(task.steps().getAsLong(), training) : own.steps();
    }

    /// The protections that are for a method: those of all, or its own.
    public List<Protection> protections(Variant variant) {
        return protections.stream()
                .filter(protection -> protection.covers(variant))
                .toList();
    }

    /// The regions that runs leave alone or rewind, each once.
    public List<RegionUse.Region> regions() {
        return protections.stream()
                .flatMap(protection -> protection.region().stream())
                .map(RegionUse::region)
                .distinct()
                .toList();
    }

    /// The secret under which some runs mix rows in; of several entries it is the same.
    public Optional<ProbeMixing.Secrecy> secrecy() {
        return protections.stream()
                .flatMap(protection -> protection.secrecy().stream())
                .findFirst();
    }

    /// Which tokens of a task's rows carry loss. Weights are read where some method wants them.
    public Labels labels(Task task) {
        return new Labels(
                task.lossOn(),
                Stream.concat(variants.stream(), others(task).stream())
                        .anyMatch(variant -> objective(variant, task).readsWeights()));
    }

    /// How somebody else trains a task, where that is not the run's method.
    private static List<Variant> others(Task task) {
        return task.later() == null ? List.of() : task.later().by();
    }

    /// A task by its name.
    public Task task(String name) {
        return tasks.stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow();
    }
}
