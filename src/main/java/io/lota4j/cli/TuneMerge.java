package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.MergeOptions;
import io.lota4j.TuneOptions;
import io.lota4j.TunedMerge;
import io.lota4j.data.Dataset;
import io.lota4j.internal.Text;
import io.lota4j.internal.model.ModelConfig;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.memory.Device;
import io.lota4j.merge.FactorSearch;
import io.lota4j.merge.FactorSearch.Tried;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.train.MemoryEstimate;
import io.lota4j.train.StateFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Merges tickets with a factor chosen on validation rows, in front of a user.
///
/// @param base its directory
/// @param tickets to merge
/// @param rows of each of them
/// @param scoring of its rows; who hears of it and the state are this record's own
/// @param report where what each ticket brought is written, or null
/// @param restart whether what a stopped search has left is discarded
record TuneMerge(
        Path base,
        Device device,
        KernelChoice kernel,
        List<Path> tickets,
        List<FitOptions.Prompts> rows,
        MergeOptions how,
        TuneOptions scoring,
        Path out,
        @Nullable Path report,
        boolean restart) {

    /// @param plan of the merge alone, to be added to
    DryRun plan(DryRun plan) {
        for (FitOptions.Prompts one : rows) {
            plan.line(
                    "validation",
                    Text.format(
                            "%,d rows, scored %d times at most",
                            one.files().count(one.rows().limit()), FactorSearch.MOST));
        }
        return plan.memory(memory(), "weights that the tickets change");
    }

    /// Beside the model: the merge, its part, and the weights before.
    private MemoryEstimate memory() {
        return MemoryEstimate.scoring(ModelConfig.of(base), MemoryPolicy.KEEP.base(), 4 * FitMerge.changed(tickets));
    }

    int run(Result result, Messages messages) {
        long needed = memory().total();
        MemoryOptions.warn(MemoryPolicy.KEEP, List.of(), policy -> needed, messages);
        try (Lota lota = Lota.open(base, device, kernel, MemoryPolicy.KEEP);
                StopSignal stop = StopSignal.hold(System.err)) {
            QuietLibraries.quieten();
            List<Dataset> read = new ArrayList<>();
            for (FitOptions.Prompts one : rows) {
                read.add(one.read(lota, messages));
            }
            StateFile state = FitMerge.state(out, restart);
            if (restart) {
                state.forget();
            }
            Optional<TunedMerge> merged;
            try (PartBar bar = new PartBar(messages)) {
                TuneOptions.Listener shown = (factor, ticket, done, all, tokens) -> bar.at(
                        Text.format("score %s times the merge, task %d", factor, ticket + 1),
                        done,
                        all,
                        Double.NaN,
                        Double.NaN);
                merged = lota.tune(
                        tickets, read, how, scoring.observed(shown, stop).state(state), out);
            }
            if (merged.isEmpty()) {
                messages.tell(FitMerge.stopped(state));
                return ExitCode.INTERRUPTED;
            }
            MergeReportText.tell(result, merged.get().merged(), out, report);
            tell(result, merged.get().factor(), messages);
            return ExitCode.OK;
        }
    }

    private static void tell(Result result, FactorSearch found, Messages messages) {
        boolean answers = found.best().score().right().isPresent();
        result.line(Text.format("%8s %12s %12s   (means over tasks)", "factor", "loss", answers ? "right" : ""));
        found.tried().stream()
                .sorted(Comparator.comparingDouble(Tried::factor))
                .forEach(one -> result.add(Key.TRIED, sentence(one)));
        result.line(found.text());
        result.also(Key.FACTOR, found.factor());
        if (found.isAtTheEnd()) {
            messages.tell(Text.format(
                    "lota: The factor %s lies at the end of what is tried, 0.1 to 2: a better one may lie beyond.",
                    found.factor()));
        }
    }

    private static Sentence sentence(Tried one) {
        Figure factor = Figure.real(Key.FACTOR, one.factor(), 1);
        Figure loss = Figure.real(Key.LOSS, one.score().loss(), 4);
        return one.score().right().isPresent()
                ? Sentence.of(
                        "%8s %12s %12s",
                        factor,
                        loss,
                        Figure.real(Key.ACCURACY, one.score().right().getAsDouble(), 4))
                : Sentence.of("%8s %12s", factor, loss);
    }
}
