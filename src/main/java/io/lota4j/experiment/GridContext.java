package io.lota4j.experiment;

import io.lota4j.data.Dataset;
import io.lota4j.data.file.BadRow;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.data.Tokenizer;
import io.lota4j.internal.eval.AnswerCheck;
import io.lota4j.internal.eval.Evaluator;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.Method;
import io.lota4j.internal.experiment.RegionUse;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.guard.ProbeQuestions.Way;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.internal.train.StartingWeights;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.attribution.Attribution;
import io.lota4j.train.attribution.Scoring;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What all runs of an experiment work with: base, data, kernel, and who listens.
final class GridContext implements AutoCloseable {
    private final Experiment experiment;
    private final Places places;
    private final MaskedKernel kernel;
    private final Stages stages;
    private final BooleanSupplier stop;
    private final Tokenizer tokenizer;
    private final Map<String, TaskData> data = new LinkedHashMap<>();
    private final Map<Dataset, String> digests = new IdentityHashMap<>();
    private final Map<String, Dataset> unweighted = new HashMap<>();
    private final List<ProbeData> probes = new ArrayList<>();
    private final Map<ProbeQuestion, String> probeDigests = new HashMap<>();
    private final Map<String, Dataset> declining = new HashMap<>();
    private final Map<String, Dataset> first = new HashMap<>();
    private final Map<String, Dataset> underSecret = new HashMap<>();
    private final Optional<GridSecret> secret;
    private final Mixes mixes = new Mixes(this);
    private final String fingerprint;

    /// Loads every task's data: what is wrong with it is told before hours of training.
    ///
    /// @param places where work lies
    GridContext(Experiment experiment, Places places, KernelChoice kernel, Stages stages, BooleanSupplier stop) {
        this.experiment = experiment;
        this.places = places;
        this.stages = stages;
        this.stop = stop;
        this.tokenizer = Tokenizer.of(experiment.base());
        try (Checkpoint base = Checkpoint.open(experiment.base())) {
            this.fingerprint = base.fingerprint().hex();
            this.secret = GridSecret.of(experiment, tokenizer);
            experiment.tasks().forEach(this::load);
            experiment.general().forEach(this::load);
            experiment.general().forEach(this::loadUnscored);
            mixes.requireUnscored();
            experiment.probes().forEach(probe -> probes.add(ProbeData.load(probe, experiment, tokenizer)));
            List<TaskData> taught =
                    experiment.tasks().stream().map(task -> data(task.name())).toList();
            probes.forEach(probe -> probe.requireUntaught(experiment, taught));
            requireFits();
            secret.ifPresent(this::requireWhole);
            this.kernel = kernel.open(experiment.device());
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    private void load(Task task) {
        data.put(task.name(), TaskData.load(task, experiment.labels(task), experiment.base(), tokenizer));
    }

    private void loadUnscored(Task text) {
        int rows = Mixes.generalRows(experiment);
        if (rows > 0) {
            mixes.general(
                    text,
                    TaskData.behind(data(text.name()), experiment.labels(text), experiment.base(), tokenizer, rows));
        }
    }

    /// Holds every stage's rows against what is minimised there, and against what chooses its mask.
    private void requireFits() {
        for (RegionUse.Region region : experiment.regions()) {
            Scoring.requireFit(declining(region.safety(), region.rows()));
            Scoring.requireFit(first(region.utility(), region.rows()));
        }
        for (GridRun run : Grid.runs(experiment)) {
            for (int stage = 0; stage < run.order().size(); stage++) {
                Dataset rows = rows(run, stage);
                TrainConfig config = new WorkInputs(this).config(run, stage);
                config.requireFits(rows);
                mixes.of(run, stage).ifPresent(mix -> mix.requireFit(config));
                if (run.variant(stage).method() instanceof Method.Sparse sparse
                        && sparse.by() instanceof Attribution.OfRows) {
                    Scoring.requireFit(rows.unweighted());
                }
            }
        }
    }

    /// Tells of prompts that a secret does not fit into before hours of training.
    private void requireWhole(GridSecret asked) {
        probes.forEach(probe -> probe.requireWhole(asked.right()));
        experiment.tasks().forEach(task -> underSecret(task.name()));
    }

    /// What a stage is trained on, without the weights that its objective does not read.
    Dataset rows(GridRun run, int stage) {
        String task = run.order().get(stage);
        Dataset rows = data(task).train();
        return experiment.objective(run, stage).readsWeights()
                ? rows
                : unweighted.computeIfAbsent(task, t -> rows.unweighted());
    }

    /// A probe's own rows that expect to decline, as training takes them: what is asked is none
    /// of them.
    ///
    /// @param most rows
    Dataset declining(String probe, int most) {
        return declining.computeIfAbsent(
                Text.format("%s %d", probe, most), key -> probe(probe).declining(most));
    }

    /// A probe's rows.
    ProbeData probe(String name) {
        return probes.stream()
                .filter(data -> data.probe().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /// The secret under which some runs mix rows in, if some do.
    Optional<GridSecret> secret() {
        return secret;
    }

    /// The secret of a run, if it mixes rows in under one.
    Optional<GridSecret> secret(GridRun run) {
        return run.protection().secrecy().flatMap(how -> secret);
    }

    /// A task's test rows under the secret.
    Dataset underSecret(String task) {
        return underSecret.computeIfAbsent(
                task, name -> data(name).under(secret.orElseThrow().right(), experiment.base(), tokenizer));
    }

    /// The first rows of a task's training data.
    Dataset first(String task, int most) {
        return first.computeIfAbsent(
                Text.format("%s %d", task, most),
                key -> data(task).train().unweighted().first(most));
    }

    /// What stages take beside their tasks' rows.
    Mixes mixes() {
        return mixes;
    }

    Experiment experiment() {
        return experiment;
    }

    Places places() {
        return places;
    }

    MaskedKernel kernel() {
        return kernel;
    }

    Stages stages() {
        return stages;
    }

    BooleanSupplier stop() {
        return stop;
    }

    /// Of the base, in hexadecimal.
    String fingerprint() {
        return fingerprint;
    }

    TaskData data(String task) {
        return Objects.requireNonNull(data.get(task));
    }

    /// Whole sentences on what should be known of all tasks' rows and of stages too short for the warm-up, none of
    /// them twice.
    List<String> notices() {
        return Stream.of(
                        data.values().stream().flatMap(task -> task.notices().stream()),
                        Grid.runs(experiment).stream().flatMap(this::shortStages),
                        stepsThatNoStageHas())
                .flatMap(notices -> notices)
                .distinct()
                .toList();
    }

    private Stream<String> stepsThatNoStageHas() {
        long longest = Grid.runs(experiment).stream()
                .flatMapToLong(run -> IntStream.range(0, run.order().size())
                        .mapToLong(
                                stage -> StepBudget.of(experiment, run, stage).training()))
                .max()
                .orElse(0);
        return experiment.probes().stream()
                .flatMap(probe -> probe.at().steps().stream()
                        .filter(step -> step >= longest)
                        .map(step -> Text.format(
                                "The probe %s is to be asked after step %d, and no stage goes on behind it: the"
                                        + " longest has %d steps.",
                                probe.name(), step, longest)));
    }

    /// The rows of all tasks that were left out because they cannot be used.
    List<BadRow> badRows() {
        return data.values().stream()
                .flatMap(task -> task.bad().stream())
                .distinct()
                .toList();
    }

    private Stream<String> shortStages(GridRun run) {
        return IntStream.range(0, run.order().size()).boxed().flatMap(stage -> {
            long warmup = experiment.training(run.variant(stage)).warmupSteps();
            long steps = StepBudget.of(experiment, run, stage).training();
            return steps < warmup
                    ? Stream.of(Text.format(
                            "Task %s is trained for %d steps with %s, fewer than the warm-up's %d: its learning rate"
                                    + " rises to the end.",
                            run.order().get(stage), steps, run.variant(stage).label(), warmup))
                    : Stream.empty();
        });
    }

    /// Every probe's rows.
    List<ProbeData> probes() {
        return List.copyOf(probes);
    }

    private record ProbeQuestion(String probe, int rows, Way way) {}

    /// Tells a probe's questions apart.
    String digest(ProbeData probe, Way way) {
        return probeDigests.computeIfAbsent(
                new ProbeQuestion(probe.probe().name(), probe.rows().size(), way), question -> probe.digest(way));
    }

    Tokenizer tokenizer() {
        return tokenizer;
    }

    /// Tells rows apart.
    String digest(Dataset rows) {
        return digests.computeIfAbsent(rows, TaskData::digest);
    }

    /// Scores a model on a task's rows.
    ///
    /// @param generate most new tokens of an answer; 0: answers are not generated
    Evaluator evaluator(AdaptedModel model, Task task, int generate) {
        @Nullable Pattern answer = task.answer() == null ? null : Pattern.compile(task.answer());
        return new Evaluator(
                model.decoder(),
                tokenizer,
                data(task.name()).stop(),
                experiment.scoringBatch(),
                generate,
                new AnswerCheck(answer));
    }

    /// @throws CancellationException if the user wants to stop
    void check() {
        if (stop.getAsBoolean()) {
            throw new CancellationException("stopped");
        }
    }

    /// The base with what stages so far have made of it.
    Opened open(Optional<Path> ticket) {
        AdaptedModel model = AdaptedModel.open(experiment.base(), experiment.memory(), experiment.device());
        try {
            Optional<Ticket> before = ticket.map(TicketFile::read);
            before.ifPresent(model::add);
            return new Opened(model, new StartingWeights(model.base(), before.orElse(null)));
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /// @param model to work on
    /// @param start the weights that it has now
    record Opened(AdaptedModel model, StartingWeights start) implements AutoCloseable {
        @Override
        public void close() {
            model.close();
        }
    }

    @Override
    public void close() {
        kernel.close();
        tokenizer.close();
    }
}
