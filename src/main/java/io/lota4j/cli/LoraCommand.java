package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.data.Dataset;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.guard.Mixture;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.model.Loadable;
import io.lota4j.internal.model.ModelConfig;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.internal.train.ShardFold;
import io.lota4j.internal.train.StartingWeights;
import io.lota4j.internal.train.lora.LoraJob;
import io.lota4j.internal.train.lora.LoraTargets;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.model.MemoryPolicy.ActivationPolicy;
import io.lota4j.model.MemoryPolicy.BaseWeights;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.train.HeldOut;
import io.lota4j.train.MemoryEstimate;
import io.lota4j.train.RateSearch;
import io.lota4j.train.RunState;
import io.lota4j.train.StateFile;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.Training;
import io.lota4j.train.lora.LoraConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `lota lora`: trains low-rank factors, to compare sparse training with.
@Command
@Prints(
        value = {
            Key.PATH,
            Key.TRAINABLE,
            Key.WEIGHTS,
            Key.MATRICES,
            Key.RANK,
            Key.STEPS,
            Key.FIRST_LOSS,
            Key.LAST_LOSS,
            Key.TOKENS,
            Key.SECONDS
        },
        sometimes = {Key.TICKET, Key.HELD_OUT_LOSS, Key.RATES, Key.LR})
final class LoraCommand extends StepsCommand {
    @Mixin
    private HeldOutOptions heldOut = new HeldOutOptions();

    @Mixin
    private MixingOptions mixing = new MixingOptions();

    @Mixin
    private LoraOptions factors = new LoraOptions();

    @Writes(OutputKind.DIRECTORY)
    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR2",
            description = "The PEFT adapter to write: a directory, new or empty.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path out;

    @Writes(OutputKind.RESULT)
    @Option(
            names = "--ticket-out",
            paramLabel = "T",
            description = "Also write the change as a ticket, of all weights of the targets.")
    private @Nullable Path ticketOut;

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private ForceOption force = new ForceOption();

    @Mixin
    private StateOptions state = new StateOptions();

    private @Nullable RateSearch search;

    LoraCommand() {
        training.findsRate();
    }

    @Override
    void checkOptions(OptionRules rules) {
        super.checkOptions(rules);
        rules.require(TrainingOptions.REQUIRED);
        heldOut.check(rules);
        mixing.check(rules);
        rules.refuse("--mapped-base", "lora: it keeps base and factors added up in memory");
    }

    @Override
    void check() {
        factors.config();
        super.check();
        mixing.check(training.config(Integer.MAX_VALUE));
        if (training.isAuto()) {
            AutoRate.check(training, heldOut, mixing);
        }
    }

    @Override
    Path result() {
        return out;
    }

    @Override
    void addTo(CommandPaths places) {
        super.addTo(places);
        state.addTo(places, out);
        Path kept = searched();
        if (training.isAuto() && kept != null) {
            places.writes("the losses of tested rates", kept, OutputKind.STATE);
        }
    }

    private @Nullable Path searched() {
        return AutoRate.kept(state.state(out).file());
    }

    @Override
    int execute(Result result) {
        warnOfMemory();
        try (Lota lota = open()) {
            return examples(lota, result, (of, examples) -> train(of, examples, result));
        }
    }

    private int train(Lota lota, Dataset examples, Result result) {
        training.config(examples.examples().size()).requireFits(examples);
        TrainConfig given = training.config(examples.epochRows());
        HeldOut rows = heldOut.load(lota, data, given, messages());
        Optional<TrainConfig> config = rated(lota, examples, given, rows, result);
        if (config.isEmpty()) {
            return ExitCode.INTERRUPTED;
        }
        try (AdaptedModel adapted = AdaptedModel.open(model.path(), memory.policy(), kernel.device());
                MaskedKernel chosen = kernel.open();
                LoraJob job = job(lota, adapted, examples, config.get(), rows, chosen)) {
            return train(job, result);
        }
    }

    /// The settings with the rate that is found, where it is.
    private Optional<TrainConfig> rated(
            Lota lota, Dataset examples, TrainConfig given, @Nullable HeldOut rows, Result result) {
        if (!training.isAuto()) {
            return Optional.of(given);
        }
        Path kept = searched();
        Optional<RateSearch> found = AutoRate.found(
                messages(),
                kept,
                result,
                (listener, stop) -> lota.findRate(
                        examples, factors.config(), given, Objects.requireNonNull(rows), kept, listener, stop));
        search = found.orElse(null);
        return found.map(one -> given.atRate(one.rate()));
    }

    /// Before the model is opened, which loads it.
    private void warnOfMemory() {
        if (data.previews()) {
            return;
        }
        try (Checkpoint base = Checkpoint.open(model.path())) {
            LoraTargets targets = LoraTargets.of(base, factors.config());
            TrainConfig config = training.config(Integer.MAX_VALUE);
            MemoryOptions.warn(
                    memory.policy(),
                    List.of(new MemoryPolicy(ActivationPolicy.RECOMPUTE, BaseWeights.LOADED)),
                    policy -> predicted(policy, targets, config).total(),
                    messages());
        }
    }

    private MemoryEstimate predicted(MemoryPolicy policy, LoraTargets targets, TrainConfig config) {
        return targets.memory(ModelConfig.of(model.path()), policy, config.optimizer())
                .withState(heldOut.copies(targets.trainable()) + ShardFold.copies(config, targets.trainable()));
    }

    private LoraJob job(
            Lota lota,
            AdaptedModel adapted,
            Dataset examples,
            TrainConfig config,
            @Nullable HeldOut rows,
            MaskedKernel chosen) {
        return new LoraJob(
                adapted,
                factors.config(),
                examples,
                config,
                chosen,
                new StartingWeights(adapted.base(), null),
                rows,
                Mixture.of(mixing.load(lota, messages())));
    }

    @Override
    void preview(Lota lota, Dataset examples, Result result) {
        mixing.preview(lota, training.config(examples.epochRows()), data.preview(), messages(), result);
    }

    private int train(LoraJob job, Result result) {
        messages().tellAll(job.targets().notices());
        TrainingRun shown = new TrainingRun("lora", messages());
        Training<RunState> run = shown.run(state, out, (watch, file) -> Training.run(job, watch, file, end -> end));
        if (!run.finished()) {
            return ExitCode.INTERRUPTED;
        }
        write(job, run.result(), result);
        TrainingRun.tell(result, run.reached());
        run.forget();
        if (training.isAuto()) {
            new StateFile(searched(), 0, false).forget();
        }
        return shown.end();
    }

    private void write(LoraJob job, RunState end, Result result) {
        result.say(Rescue.write(out, folder -> {
            job.adapter(end).write(folder);
            return adapter(folder, job.targets());
        }));
        if (ticketOut != null) {
            RateSearch found = search;
            Ticket made = job.ticket(end);
            Ticket ticket = found == null ? made : new Ticket(made.info().saying(found.provenance()), made.tensors());
            result.say(Key.TICKET, Rescue.write(ticketOut, file -> {
                TicketFile.write(file, ticket);
                return ResultLines.ticket(file, ticket);
            }));
        }
    }

    private static Sentence adapter(Path folder, LoraTargets targets) {
        return Sentence.of(
                "%s: %s weights trained beside %s in %s matrices (rank %s)",
                Figure.of(Key.PATH, folder),
                Figure.count(Key.TRAINABLE, targets.trainable()),
                Figure.count(Key.WEIGHTS, targets.weights()),
                Figure.of(Key.MATRICES, targets.shapes().size()),
                Figure.of(Key.RANK, targets.lora().rank()));
    }

    @Override
    DryRun plan() {
        try (Checkpoint base = Checkpoint.open(model.path())) {
            Loadable loaded = Loadable.of(base);
            LoraTargets targets = LoraTargets.of(base, factors.config());
            int rows = data.rows();
            TrainConfig config = training.config(rows);
            DryRun plan = new DryRun().model(loaded).line("adapter", adapter(out, targets));
            targets.notices().forEach(notice -> plan.line("", notice));
            plan.training(config, rows, predicted(memory.policy(), targets, config), AutoRate.planned(training, config))
                    .disk(out, Float.BYTES * targets.trainable());
            heldOut.addTo(plan, config);
            if (training.isAuto()) {
                AutoRate.addTo(plan, config);
            }
            mixing.addTo(plan);
            if (ticketOut != null) {
                // Four bytes a delta and the base's own bits for reverting.
                plan.disk(ticketOut, targets.weights() * (Float.BYTES + Short.BYTES));
            }
            return plan;
        }
    }

    /// What LoRA's factors are, as a picocli mixin.
    static final class LoraOptions {
        @Option(
                names = "--rank",
                required = true,
                paramLabel = "R",
                converter = Numbers.Count.class,
                description = "Rank of the factors (lower for matrices that are smaller).")
        private int rank;

        @Option(
                names = "--lora-alpha",
                required = true,
                paramLabel = "A",
                converter = Numbers.Positive.class,
                description = "LoRA's alpha: the product of the factors is multiplied by A / R.")
        private double alpha;

        @Mixin
        private PoolOptions pool = new PoolOptions();

        LoraConfig config() {
            return new LoraConfig(rank, alpha, pool.pool());
        }
    }
}
