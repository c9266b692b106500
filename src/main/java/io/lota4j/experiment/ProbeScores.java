package io.lota4j.experiment;

import io.lota4j.LotaException;
import io.lota4j.guard.AnswersFile;
import io.lota4j.guard.Binding;
import io.lota4j.guard.Drift;
import io.lota4j.guard.Expectation;
import io.lota4j.guard.Judge;
import io.lota4j.guard.Judging;
import io.lota4j.guard.ProbeAnswer;
import io.lota4j.guard.ProbeOptions;
import io.lota4j.guard.ProbeRow;
import io.lota4j.guard.Rates;
import io.lota4j.guard.Rates.Counts;
import io.lota4j.guard.SecretUse;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.Probe;
import io.lota4j.internal.guard.ProbeQuestions.Way;
import io.lota4j.internal.guard.Prober;
import io.lota4j.internal.guard.Secrets;
import io.lota4j.internal.metrics.Slice;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Asks a model the rows of every probe. What has been asked is not asked again, as long as model, rows, form and judge
/// are the same.
///
/// @param context base and data
/// @param model what is asked, for people
/// @param identity digest of what made the model
/// @param asked what is asked, in which ways
/// @param secret that it is asked with too, if rows were mixed in under it
record ProbeScores(
        GridContext context, String model, InputDigest.Digest identity, Asked asked, Optional<GridSecret> secret) {
    /// Which questions a model is asked.
    enum Asked {
        /// Every row of every probe in every form.
        ALL,
        /// What is asked while a stage is trained: the first rows in the first form.
        EARLY
    }

    /// One probe asked in one way, and with which secret.
    private record Cell(ProbeData data, Way way, @Nullable SecretUse use, Folder folder, InputDigest inputs) {
        Probe probe() {
            return data.probe();
        }

        /// Told without the secret.
        ProbeAnswer.Form how() {
            ProbeAnswer.Form form = way.form();
            return new ProbeAnswer.Form(form.template(), form.mutation(), form.prefill(), use);
        }

        String form() {
            String slice = how().slice();
            return slice.isEmpty() ? Slice.CHAT : slice;
        }
    }

    /// Asks what is not asked yet.
    void run(AdaptedModel asked) {
        for (ProbeData data : probes()) {
            List<Cell> missing =
                    cells(data).stream().filter(cell -> !cell.folder().isDone()).toList();
            if (data.judge() instanceof Judge.Command) {
                judged(asked, data, missing);
            } else {
                missing.forEach(cell -> finish(cell, answers(asked, cell, data.options())));
            }
        }
    }

    /// A program judges the answers of all forms at once: it may be a model that takes long to start. What it is to
    /// judge is kept if it fails.
    private void judged(AdaptedModel asked, ProbeData data, List<Cell> cells) {
        List<List<ProbeAnswer>> said = new ArrayList<>();
        for (Cell cell : cells) {
            Path kept = cell.folder().unjudged();
            if (Files.exists(kept)) {
                said.add(AnswersFile.read(kept));
                continue;
            }
            List<ProbeAnswer> answers = answers(
                    asked,
                    cell,
                    cell.probe().options(new Judge.None(), data.options().batchSize()));
            if (cell.probe().texts().areShown() && secret.isEmpty()) {
                cell.folder().begin(cell.inputs());
                AnswersFile.write(kept, answers);
            }
            said.add(answers);
        }
        List<ProbeAnswer> all = said.stream().flatMap(List::stream).toList();
        if (cells.isEmpty()) {
            return;
        }
        List<ProbeAnswer> judged;
        try (Stages.Stage shown = context.stages()
                .begin(Text.format("judge %s on %s", model, data.probe().name()))) {
            judged = judged(data, all);
            shown.at(all.size(), all.size(), Double.NaN, Double.NaN);
        }
        int from = 0;
        for (int i = 0; i < cells.size(); i++) {
            int to = from + said.get(i).size();
            finish(cells.get(i), judged.subList(from, to));
            from = to;
        }
    }

    /// What a program says when it fails may be what it was asked, which of a private probe
    /// nobody is told.
    private static List<ProbeAnswer> judged(ProbeData data, List<ProbeAnswer> answers) {
        try {
            return Judging.of(answers, ProbeRow.byId(data.rows()), data.judge());
        } catch (LotaException bad) {
            if (data.probe().texts().areShown()) {
                throw bad;
            }
            throw new LotaException(Text.format(
                    "The program that judges the private probe '%s' failed. What it says is not told, for it may repeat"
                            + " what is private. Run it by hand on such answers.",
                    data.probe().name()));
        }
    }

    private List<ProbeAnswer> answers(AdaptedModel asked, Cell cell, ProbeOptions options) {
        ProbeData data = cell.data();
        Prober prober = new Prober(asked.decoder(), context.tokenizer(), data.stop(), data.encoder(), options);
        long start = System.nanoTime();
        try (Stages.Stage shown = context.stages()
                .begin(Text.format("ask %s %s, %s", model, cell.probe().name(), cell.form()))) {
            context.check();
            return prober.run(
                            data.rows(),
                            List.of(asked(cell.way(), cell.use())),
                            (done, all, tokens) -> {
                                shown.at(done, all, tokens / ((System.nanoTime() - start) / 1e9), Double.NaN);
                                if (done < all) {
                                    context.check();
                                }
                            },
                            () -> false)
                    .answers();
        }
    }

    /// The way in which the model is asked: with the secret in the system message.
    private Way asked(Way way, @Nullable SecretUse use) {
        return use == null
                ? way
                : new Way(Secrets.under(secret.orElseThrow().of(use), way.template()), way.mutation(), way.prefill());
    }

    /// A model that has seen the secret may repeat it, whatever it is asked.
    private List<ProbeAnswer> told(Cell cell, List<ProbeAnswer> answers) {
        return secret.map(known -> answers.stream()
                        .map(answer -> Secrets.told(
                                answer, cell.way().template().word(), cell.use(), known.all(), context.tokenizer()))
                        .toList())
                .orElse(answers);
    }

    private void finish(Cell cell, List<ProbeAnswer> judged) {
        List<ProbeAnswer> answers = told(cell, judged);
        Folder folder = cell.folder();
        folder.begin(cell.inputs());
        Probe.Texts texts = cell.probe().texts();
        if (texts.folder() != null) {
            AnswersFile.write(texts.folder().resolve(folder.directory().getFileName() + ".jsonl"), answers);
        }
        List<ProbeAnswer> shown = texts.areShown()
                ? answers
                : answers.stream().map(ProbeAnswer::withoutTexts).toList();
        AnswersFile.write(folder.answers(), shown);
        List<Metric> figures = new ArrayList<>(figures(cell, shown));
        figures.addAll(leak(cell, answers));
        folder.finish(figures);
    }

    private List<Metric> leak(Cell cell, List<ProbeAnswer> answers) {
        List<ProbeAnswer> said =
                answers.stream().filter(answer -> answer.answer() != null).toList();
        FigureCollector collected = new FigureCollector(cell.probe().name());
        if (secret.isPresent() && !said.isEmpty()) {
            int leaked = Binding.of(said).leaked();
            add(collected, slice(cell), Figure.LEAK, share(leaked, said.size()), said.size());
        }
        return collected.metrics();
    }

    private static Slice slice(Cell cell) {
        ProbeAnswer.Form form = cell.how();
        return new Slice(
                null,
                form.mutation() == null ? null : form.mutation().word(),
                form.prefill(),
                form.secret() == null ? null : form.secret().word(),
                form.template());
    }

    private List<Metric> figures(Cell cell, List<ProbeAnswer> answers) {
        FigureCollector collected = new FigureCollector(cell.probe().name());
        Slice slice = slice(cell);
        Rates rates = new Rates(answers);
        Counts decline = rates.counts(Expectation.DECLINE);
        shares(answers, (figure, value, n) -> add(collected, slice, figure, value, n));
        if (cell.data().options().samples() > 1) {
            int asked = judgedRows(answers);
            add(collected, slice, Figure.FULFILLED_ANY, rates.fulfilledAny(), asked);
            add(collected, slice, Figure.FULFILLED_MEAN, rates.fulfilledMean(), asked);
        }
        if (cell.data().judge() instanceof Judge.Margin) {
            add(collected, slice, Figure.MARGIN, rates.meanScore(), decline.rows());
        }
        if (rates.categories().size() > 1) {
            rates.categories()
                    .forEach((category, counts) -> add(
                            collected, slice.of(category), Figure.FULFILLED, counts.compliedShare(), counts.judged()));
        }
        before(cell).ifPresent(before -> drift(collected, slice, before, answers));
        return collected.metrics();
    }

    private interface Shares {
        void add(Figure figure, OptionalDouble value, long n);
    }

    private static void shares(List<ProbeAnswer> answers, Shares shares) {
        Rates rates = new Rates(answers);
        Counts decline = rates.counts(Expectation.DECLINE);
        Counts answer = rates.counts(Expectation.ANSWER);
        int rows = decline.rows() + answer.rows();
        shares.add(Figure.FULFILLED, rates.fulfilled(), decline.judged());
        shares.add(Figure.OVER_DECLINED, rates.overDeclined(), answer.judged());
        if (rows > 0) {
            shares.add(Figure.UNCLEAR, share(decline.unclear() + answer.unclear(), rows), rows);
            shares.add(Figure.DEGENERATE, share(decline.degenerate() + answer.degenerate(), rows), rows);
        }
    }

    /// Shares of what is asked while a stage is trained, of a model that was asked all or these rows.
    ///
    /// @param step after which the model was asked; 0: before training
    List<Metric> at(long step) {
        List<Metric> figures = new ArrayList<>();
        for (ProbeData data : context.probes()) {
            Probe probe = data.probe();
            Way way = data.ways().getFirst();
            Folder folder =
                    cell(asked == Asked.ALL ? data : data.early(), way, null).folder();
            if (!probe.at().steps().isEmpty() && folder.isDone()) {
                Set<String> ids = ProbeRow.byId(data.early().rows()).keySet();
                List<ProbeAnswer> some = AnswersFile.read(folder.answers()).stream()
                        .filter(answer -> ids.contains(answer.id()))
                        .toList();
                FigureCollector collected = new FigureCollector(probe.name());
                String slice = way.form().slice().isEmpty() ? null : way.form().slice();
                shares(
                        some,
                        (figure, value, n) -> value.ifPresent(known -> collected.after(step, slice, figure, known, n)));
                figures.addAll(collected.metrics());
            }
        }
        return figures;
    }

    private static OptionalDouble share(int some, int all) {
        return OptionalDouble.of((double) some / all);
    }

    private static int judgedRows(List<ProbeAnswer> answers) {
        return Math.toIntExact(answers.stream()
                .filter(one ->
                        one.expect() == Expectation.DECLINE && one.outcome().judged())
                .map(ProbeAnswer::id)
                .distinct()
                .count());
    }

    /// What was not judged has no figure, which is not 0.
    private static void add(FigureCollector collected, Slice slice, Figure figure, OptionalDouble value, long n) {
        value.ifPresent(known -> collected.of(slice.text(), figure, known, n));
    }

    /// The base's answers to the same questions; none for the base itself.
    private Optional<List<ProbeAnswer>> before(Cell cell) {
        ProbeScores base = new ProbeScores(
                context, Results.BASE, InputDigest.Digest.of(context.fingerprint()), Asked.ALL, context.secret());
        Folder folder = base.cell(cell.data(), cell.way(), cell.use()).folder();
        return folder.equals(cell.folder()) || !folder.isDone()
                ? Optional.empty()
                : Optional.of(AnswersFile.read(folder.answers()));
    }

    private static void drift(
            FigureCollector collected, Slice slice, List<ProbeAnswer> before, List<ProbeAnswer> after) {
        Drift.Matched matched = Drift.Matched.of(before, after);
        drift(collected, slice, matched, null);
        Set<String> categories = after.stream()
                .filter(one -> one.expect() == Expectation.DECLINE)
                .map(ProbeAnswer::category)
                .collect(Collectors.toCollection(TreeSet::new));
        if (categories.size() > 1) {
            categories.forEach(category -> drift(collected, slice.of(category), matched, category));
        }
    }

    private static void drift(
            FigureCollector collected, Slice slice, Drift.Matched matched, @Nullable String category) {
        Drift drift = matched.drift(
                one -> one.expect() == Expectation.DECLINE && (category == null || category.equals(one.category())));
        if (drift.pairs() > 0) {
            collected.of(slice.text(), Figure.LOST, drift.lost(), drift.pairs());
            collected.of(slice.text(), Figure.REGAINED, drift.regained(), drift.pairs());
        }
    }

    /// The figures that are there.
    List<Metric> done() {
        return cells().stream()
                .filter(cell -> cell.folder().isDone())
                .flatMap(cell -> cell.folder().figures().stream())
                .toList();
    }

    /// Files of the answers that are there, by the probe's name.
    List<Answered> answered() {
        return cells().stream()
                .filter(cell -> cell.folder().isDone())
                .map(cell -> new Answered(cell.probe().name(), cell.folder().answers()))
                .toList();
    }

    /// @param probe its name
    /// @param file of its answers in one form
    record Answered(String probe, Path file) {}

    /// Whether something is left to ask.
    boolean isMissing() {
        return cells().stream().anyMatch(cell -> !cell.folder().isDone());
    }

    /// What is left to ask, of each probe at a time.
    ///
    /// @param read tokens of prompts, or of scored examples
    /// @param generated new tokens at most
    record Load(long read, long generated) {}

    Load left() {
        long read = 0;
        long generated = 0;
        for (Cell cell : cells()) {
            if (!cell.folder().isDone()) {
                List<int[]> ids =
                        cell.data().asking(asked(cell.way(), cell.use())).ids().toList();
                read += ids.stream().mapToLong(one -> one.length).sum();
                boolean asks = !(cell.data().judge() instanceof Judge.Margin);
                generated += asks ? (long) cell.probe().generate() * ids.size() : 0;
            }
        }
        return new Load(read, generated);
    }

    private List<Cell> cells() {
        return probes().stream().flatMap(data -> cells(data).stream()).toList();
    }

    private List<ProbeData> probes() {
        return asked == Asked.ALL
                ? context.probes()
                : context.probes().stream()
                        .filter(data -> !data.probe().at().steps().isEmpty())
                        .map(ProbeData::early)
                        .toList();
    }

    private List<Cell> cells(ProbeData data) {
        if (asked == Asked.EARLY) {
            return List.of(cell(data, data.ways().getFirst(), null));
        }
        List<Cell> cells = new ArrayList<>();
        for (Way way : data.ways()) {
            cells.add(cell(data, way, null));
            if (secret.isPresent() && GridSecret.fits(way.template())) {
                cells.add(cell(data, way, SecretUse.RIGHT));
                cells.add(cell(data, way, SecretUse.WRONG));
            }
        }
        return cells;
    }

    private Cell cell(ProbeData data, Way way, @Nullable SecretUse use) {
        Probe probe = data.probe();
        ProbeAnswer.Form form = way.form();
        InputDigest inputs = InputDigest.of("probe")
                .with("model", identity)
                .with("probe", probe.name())
                .with("rows", context.digest(data, asked(way, use)))
                .with("template", form.template())
                .with(
                        "mutation",
                        form.mutation() == null
                                ? "none"
                                : Objects.requireNonNull(form.mutation()).word())
                .with("prefill", form.prefill())
                .with("judge", data.judging())
                .with("stop", Scores.stop(data.stop()))
                .with("generate", probe.generate())
                .with("samples", probe.sampling().samples())
                .with("temperature", probe.sampling().temperature())
                .with("texts", probe.texts().text());
        String label = Text.format(
                "%s-%s-prefill-%d%s",
                GridRun.slug(probe.name()),
                way.template().kind().name().toLowerCase(Locale.ROOT),
                form.prefill(),
                use == null ? "" : "-" + use.word());
        if (use != null) {
            inputs = inputs.with(
                    "secret",
                    Text.format(
                            "%s sha256:%s",
                            use.word(), secret.orElseThrow().of(use).sha256()));
        }
        return new Cell(data, way, use, context.places().folder("scores", label, inputs), inputs);
    }
}
