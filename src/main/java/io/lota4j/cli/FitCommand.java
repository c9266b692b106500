package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.data.Dataset;
import io.lota4j.train.HeldOut;
import io.lota4j.train.RunObserver;
import io.lota4j.train.StateFile;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.Training;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What calibrating and training share: a result, and a state that a stopped run goes on from.
///
/// @param <T> what comes of it
abstract class FitCommand<T> extends StepsCommand {
    @Mixin
    HeldOutOptions heldOut = new HeldOutOptions();

    @Mixin
    PoolOptions pool = new PoolOptions();

    @Writes(OutputKind.RESULT)
    @Option(names = "--out", required = true, paramLabel = "F.safetensors", description = "The result to write.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path out;

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private ForceOption force = new ForceOption();

    @Mixin
    private StateOptions state = new StateOptions();

    @Override
    void checkOptions(OptionRules rules) {
        super.checkOptions(rules);
        heldOut.check(rules);
    }

    @Override
    void check() {
        if (trains()) {
            super.check();
        }
    }

    /// Whether the settings of training have a part.
    boolean trains() {
        return true;
    }

    @Override
    void addTo(CommandPaths places) {
        super.addTo(places);
        state.addTo(places, out);
    }

    @Override
    Path result() {
        return out;
    }

    @Override
    int execute(Result result) {
        try (Lota lota = open()) {
            return examples(lota, result, (of, examples) -> fit(of, examples, result));
        }
    }

    private int fit(Lota lota, Dataset examples, Result result) {
        TrainConfig given = training.config(examples.epochRows());
        given.requireFits(examples);
        HeldOut rows = heldOut.load(lota, data, given, messages());
        Optional<TrainConfig> found = rated(lota, examples, given, rows, result);
        if (found.isEmpty()) {
            return ExitCode.INTERRUPTED;
        }
        TrainConfig config = found.get();
        TrainingRun shown = new TrainingRun(name(), messages());
        Training<T> run = shown.run(state, out, (observer, file) -> fit(lota, examples, config, rows, observer, file));
        if (!run.finished()) {
            return ExitCode.INTERRUPTED;
        }
        T made = finished(lota, examples, config, run.result(), result);
        result.say(Rescue.write(out, file -> write(file, made)));
        TrainingRun.tell(result, run.reached());
        run.forget();
        forgetSearch();
        return shown.end();
    }

    /// Where the state of a stopped run goes, or null.
    final @Nullable Path stateFile() {
        return state.state(out).file();
    }

    /// What the run is called.
    abstract String name();

    /// Trains.
    ///
    /// @param rows that the run is scored on meanwhile, or null for none
    abstract Training<T> fit(
            Lota lota,
            Dataset examples,
            TrainConfig config,
            @Nullable HeldOut rows,
            RunObserver observer,
            StateFile file);

    /// The settings with a learning rate.
    ///
    /// @param given has some rate where it is to be found
    /// @param rows that the run is scored on meanwhile, or null for none
    /// @return empty if the search for one was stopped
    Optional<TrainConfig> rated(Lota lota, Dataset examples, TrainConfig given, @Nullable HeldOut rows, Result result) {
        return Optional.of(given);
    }

    /// Is called when the result is written.
    void forgetSearch() {}

    /// Adds to the result of a finished run what it says of itself.
    T finished(Lota lota, Dataset examples, TrainConfig config, T made, Result result) {
        return made;
    }

    /// Writes the result of a finished run to a file.
    ///
    /// @return the result in a line
    abstract Sentence write(Path file, T result);
}
