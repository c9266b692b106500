package io.lota4j.cli;

import io.lota4j.FittedMerge;
import io.lota4j.Lota;
import io.lota4j.data.Dataset;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.RealPath;
import io.lota4j.internal.merge.run.TicketMerge;
import io.lota4j.internal.model.ModelConfig;
import io.lota4j.internal.ticket.MappedTicket;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.memory.Device;
import io.lota4j.merge.run.MergeReport;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.train.MemoryEstimate;
import io.lota4j.train.StateFile;
import io.lota4j.train.fit.FitConfig;
import io.lota4j.train.fit.Fitted;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Merges tickets by fitted coefficients, in front of a user.
///
/// @param base its directory
/// @param tickets to merge
/// @param prompts of each of them
/// @param report where what each ticket brought is written, or null
/// @param restart whether what a stopped fit has left is discarded
record FitMerge(
        Path base,
        Device device,
        KernelChoice kernel,
        List<Path> tickets,
        List<FitOptions.Prompts> prompts,
        FitConfig config,
        Path out,
        @Nullable Path report,
        boolean restart) {
    /// Steps between two states.
    private static final long EVERY = 10;

    private static final Map<String, String> PARTS =
            Map.of("answers", "own answers", "before", "score the sum", "fit", "fit", "after", "score the merge");

    DryRun plan() {
        DryRun plan = new DryRun().line("method", "fit: " + config.text());
        TicketMerge.check(tickets, out);
        long bytes = 0;
        for (int t = 0; t < tickets.size(); t++) {
            try (MappedTicket ticket = MappedTicket.open(tickets.get(t))) {
                plan.line(
                        "ticket",
                        Text.format(
                                "%s: for the base %s",
                                tickets.get(t), ticket.info().base()));
                plan.line(
                        "prompts",
                        Text.format(
                                "%,d rows",
                                prompts.get(t)
                                        .files()
                                        .count(prompts.get(t).rows().limit())));
                bytes += tickets.get(t).toFile().length();
            }
        }
        return plan.memory(memory(), "gradients, indices and deltas of what the tickets change")
                .disk(out, bytes);
    }

    /// Of each change a value and a place, and of each weight that is changed its base, index and gradient.
    private MemoryEstimate memory() {
        return MemoryEstimate.of(ModelConfig.of(base), MemoryPolicy.KEEP, 5 * changed(tickets));
    }

    /// How many weights the tickets change; one that several change counts for each.
    static long changed(List<Path> tickets) {
        long changed = 0;
        for (Path file : tickets) {
            try (MappedTicket ticket = MappedTicket.open(file)) {
                changed += ticket.nnz();
            }
        }
        return changed;
    }

    int run(Result result, Messages messages) {
        long needed = memory().total();
        MemoryOptions.warn(MemoryPolicy.KEEP, List.of(), policy -> needed, messages);
        try (Lota lota = Lota.open(base, device, kernel, MemoryPolicy.KEEP);
                StopSignal stop = StopSignal.hold(System.err)) {
            QuietLibraries.quieten();
            List<Dataset> rows = new ArrayList<>();
            for (FitOptions.Prompts one : prompts) {
                rows.add(one.read(lota, messages));
            }
            Optional<FittedMerge> merged = fitted(lota, rows, messages, stop);
            if (merged.isEmpty()) {
                messages.tell(stopped(state(out, false)));
                return ExitCode.INTERRUPTED;
            }
            tell(result, merged.get());
            return ExitCode.OK;
        }
    }

    private Optional<FittedMerge> fitted(Lota lota, List<Dataset> rows, Messages messages, StopSignal stop) {
        StateFile state = state(out, restart);
        if (restart) {
            state.forget();
        }
        try (PartBar bar = new PartBar(messages)) {
            return lota.fit(
                    tickets,
                    rows,
                    config,
                    out,
                    (part, done, all, divergence) ->
                            bar.at(PARTS.getOrDefault(part, part), done, all, Double.NaN, divergence),
                    stop,
                    state);
        }
    }

    /// Where a stopped fit keeps what it has found.
    static StateFile state(Path out, boolean restart) {
        if (RealPath.isStream(RealPath.of(out))) {
            return StateFile.NONE;
        }
        Path file = out.resolveSibling(out.getFileName() + ".state");
        return new StateFile(file, EVERY, !restart && Files.exists(file));
    }

    /// What is said of a merge that was stopped.
    static String stopped(StateFile state) {
        Path file = state.file();
        return file == null
                ? "lota: stopped; nothing was written."
                : Text.format("lota: stopped. Progress is saved in %s; run the same command to resume.", file);
    }

    private void tell(Result result, FittedMerge merged) {
        MergeReportText.tell(result, merged.merged(), out, report);
        fitted(result, merged.fit(), merged.merged());
    }

    private static void fitted(Result result, Fitted fit, MergeReport merged) {
        result.line(Text.format(
                "%-12s %10s %10s   %s",
                "divergence", "added", "fitted", "coefficients: least, mean, most (nats a token of an answer)"));
        for (int t = 0; t < merged.models().size(); t++) {
            double[] spread = fit.spread(t);
            result.add(
                    Key.FITTED,
                    Sentence.of(
                            "%-12s %10s %10s   %s, %s, %s",
                            Figure.of(Key.NAME, MergeReportText.letter(t)),
                            Figure.real(Key.ADDED_DIVERGENCE, fit.before().get(t), 4),
                            Figure.real(Key.FITTED_DIVERGENCE, fit.after().get(t), 4),
                            Figure.real(Key.LEAST_COEFFICIENT, spread[0], 3),
                            Figure.real(Key.MEAN_COEFFICIENT, spread[1], 3),
                            Figure.real(Key.MOST_COEFFICIENT, spread[2], 3)));
        }
    }
}
