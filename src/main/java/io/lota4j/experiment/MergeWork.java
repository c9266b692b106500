package io.lota4j.experiment;

import io.lota4j.merge.Compat;
import io.lota4j.merge.MergeMethod;
import io.lota4j.merge.method.MergeMethods;
import io.lota4j.merge.run.MergeReport;
import io.lota4j.merge.run.Overlap;
import io.lota4j.merge.run.TicketMerge;
import io.lota4j.merge.run.TicketSettings;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import io.lota4j.ticket.MappedTicket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Merges what separately trained tasks learned.
///
/// @param bench base and data
/// @param merge what is merged
record MergeWork(Bench bench, GridMerge merge) {
    private static final Compat READING = Compat.PAPER;

    /// Where the work lies.
    Folder folder() {
        return Folder.of(bench.experiment().out().resolve("merges"), GridRun.slug(merge.label()), inputs());
    }

    Inputs inputs() {
        Identity identity = new Identity(bench);
        Inputs inputs = Inputs.of("merge")
                .with("method", merge.merging().label())
                .with("compat", READING.name())
                .with("seed", merge.seed());
        for (GridRun input : merge.inputs()) {
            inputs = inputs.with(
                    input.order().getFirst(), identity.stage(input, 0).digest());
        }
        return inputs;
    }

    /// Does what is not done yet.
    void run() {
        Folder folder = folder();
        if (!folder.isDone()) {
            folder.begin(inputs());
            List<Path> tickets = merge.inputs().stream()
                    .map(input -> StageWork.folder(bench, input, 0).ticket())
                    .toList();
            MergeMethod method = MergeMethods.of(merge.merging().method());
            var settings = TicketSettings.of(
                    method, READING, tickets.size(), merge.merging().parameters());
            MergeReport report;
            try (Stages.Stage shown = bench.stages().begin("merge " + merge.label())) {
                report = new TicketMerge(method, READING, settings, merge.seed())
                        .merge(tickets, Runtime.getRuntime().availableProcessors(), folder.ticket());
            }
            folder.finish(figures(report, folder.ticket()));
        }
    }

    private List<Metric> figures(MergeReport report, Path file) {
        Ledger whole = new Ledger(null);
        try (MappedTicket ticket = MappedTicket.open(file)) {
            whole.add(Figure.TRAINABLE, ticket.nnz(), 1);
            whole.add(Figure.POOL, ticket.poolSize(), 1);
        }
        whole.add(Figure.RESULT_BYTES, file.toFile().length(), 1);
        List<Metric> figures = new ArrayList<>(whole.metrics());
        figures.addAll(pairs(report));
        return figures;
    }

    private List<Metric> pairs(MergeReport report) {
        Overlap total = report.total();
        List<String> tasks = merge.tasks();
        List<Metric> figures = new ArrayList<>();
        for (int one = 0; one < tasks.size(); one++) {
            Ledger ledger = new Ledger(tasks.get(one));
            for (int other = one + 1; other < tasks.size(); other++) {
                long shared = total.shared(one, other);
                ledger.beside(
                        Figure.OVERLAP, tasks.get(other), null, total.overlap(one, other), total.either(one, other));
                if (shared > 0) {
                    double conflicts = (double) total.conflicts(one, other) / shared;
                    ledger.beside(Figure.SIGN_CONFLICTS, tasks.get(other), null, conflicts, shared);
                }
            }
            figures.addAll(ledger.metrics());
        }
        return figures;
    }
}
