package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.train.SettingsText;
import io.lota4j.train.RateSearch;
import io.lota4j.train.TrainConfig;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// What `--lr auto` does in the commands that find a rate.
final class AutoRate {
    private AutoRate() {}

    /// A search, as the library makes it.
    interface Search {
        Optional<RateSearch> find(RateSearch.RateListener listener, BooleanSupplier stop);
    }

    /// @throws LotaException if there is nothing to choose by, or no rate is found for such a run
    static void check(TrainingOptions training, HeldOutOptions heldOut, MixingOptions mixing) {
        if (!heldOut.areGiven()) {
            throw new LotaException("--lr auto needs " + HeldOutOptions.DATA
                    + ", rows that are not trained on: their loss after short trainings chooses the rate.");
        }
        mixing.refuse("--lr auto, whose short trainings have the task's rows alone");
        RateSearch.requireFit(training.config(Integer.MAX_VALUE));
    }

    /// Where the losses of tests are kept until the result is written, or null.
    ///
    /// @param state of the run, or null for none
    static @Nullable Path kept(@Nullable Path state) {
        return state == null ? null : state.resolveSibling(state.getFileName() + ".rates");
    }

    /// Searches in front of the user, who may stop it, and tells what was found.
    ///
    /// @param kept as [#kept] says
    /// @return empty if it was stopped
    static Optional<RateSearch> found(Messages messages, @Nullable Path kept, Result result, Search search) {
        Optional<RateSearch> found;
        try (StopSignal stop = StopSignal.hold(System.err);
                PartBar bar = new PartBar(messages)) {
            found = search.find(
                    (rate, done, all) -> bar.at(
                            rate == 0 ? "score the start" : "try rate " + SettingsText.number(rate),
                            done,
                            all,
                            Double.NaN,
                            Double.NaN),
                    stop);
        }
        if (found.isEmpty()) {
            messages.tell(
                    kept == null
                            ? "lota: stopped while a learning rate was searched for; nothing is kept."
                            : Text.format(
                                    "lota: stopped while a learning rate was searched for. What was tested is in %s;"
                                            + " run the same command to go on.",
                                    kept));
        }
        found.ifPresent(one -> tell(result, one));
        return found;
    }

    private static void tell(Result result, RateSearch found) {
        result.line(Text.format("%8s %14s", "rate", "held-out loss"));
        result.line(Text.format("%8s %14.4f", "none", found.before()));
        found.tried()
                .forEach(one -> result.add(
                        Key.RATES,
                        Sentence.of("%8s %14s", Figure.of(Key.LR, one.rate()), Figure.real(Key.LOSS, one.loss(), 4))));
        result.line(found.text());
        result.also(Key.LR, found.rate());
    }

    /// What a plan says of the rate.
    static Figure planned(TrainingOptions training, TrainConfig config) {
        return training.isAuto() ? Figure.of(Key.LR, "auto") : Figure.of(Key.LR, config.lr());
    }

    /// Adds to a plan what a search takes.
    static void addTo(DryRun plan, TrainConfig config) {
        plan.line(
                "rate",
                Text.format(
                        "found first, by %d tests of %d steps at most, from %s on",
                        RateSearch.RATES.size(),
                        RateSearch.stepsOf(config.steps()),
                        SettingsText.number(RateSearch.RATES.getFirst())));
    }
}
