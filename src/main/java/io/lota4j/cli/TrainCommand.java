package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.LotaException;
import io.lota4j.RunOptions;
import io.lota4j.checkpoint.DType;
import io.lota4j.data.Dataset;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.mask.Complement;
import io.lota4j.internal.model.Loadable;
import io.lota4j.internal.model.ModelConfig;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.internal.train.Job;
import io.lota4j.internal.train.SettingsText;
import io.lota4j.mask.Avoided;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.train.HeldOut;
import io.lota4j.train.MemoryEstimate;
import io.lota4j.train.RateSearch;
import io.lota4j.train.RunObserver;
import io.lota4j.train.StateFile;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.Training;
import io.lota4j.train.attribution.GradientShare;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command
@Prints(
        value = {
            Key.PATH,
            Key.CHANGED,
            Key.POOL_SIZE,
            Key.DENSITY,
            Key.BYTES,
            Key.STEPS,
            Key.FIRST_LOSS,
            Key.LAST_LOSS,
            Key.TOKENS,
            Key.SECONDS
        },
        sometimes = {Key.HELD_OUT_LOSS, Key.RATES, Key.LR, Key.CHANGED_REGION})
final class TrainCommand extends FitCommand<Ticket> {
    static final String NAME = "train";

    @Reads
    @Option(names = "--mask", paramLabel = "M", description = "Which weights to train.")
    private @Nullable Path mask;

    @Option(names = "--dense", description = "Train the whole pool, instead of --mask: full fine-tuning.")
    @SuppressWarnings("UnusedVariable") // given exactly where there is no mask
    private boolean dense;

    @Reads
    @Option(
            names = "--avoid",
            paramLabel = "MASK",
            description =
                    "Leave this mask's weights alone, such as a region's: they keep their bits, which is looked at when"
                            + " the run is done. Given again, all are avoided.")
    private List<Path> avoid = new ArrayList<>();

    @Mixin
    private MixingOptions mixing = new MixingOptions();

    @Option(
            names = "--value-type",
            paramLabel = "TYPE",
            defaultValue = "F32",
            description = "What the ticket keeps its deltas as: F32 or BF16 (default: ${DEFAULT-VALUE}).")
    private DType valueType = DType.F32;

    @Mixin
    private EngineOptions engine = new EngineOptions();

    private @Nullable RateSearch search;

    /// Why the run has its rate, where none was given.
    private @Nullable String reason;

    TrainCommand() {
        training.findsRate();
    }

    @Override
    void checkOptions(OptionRules rules) {
        super.checkOptions(rules);
        rules.requireOne("--mask", "--dense");
        mixing.check(rules);
    }

    @Override
    void check() {
        if (!training.hasRate()) {
            useUsualRate();
        }
        super.check();
        mixing.check(training.config(Integer.MAX_VALUE));
        if (valueType != DType.F32 && valueType != DType.BF16) {
            throw new LotaException("--value-type must be F32 or BF16, found " + valueType + ".");
        }
        if (training.isAuto()) {
            AutoRate.check(training, heldOut, mixing);
        }
        if (engine.areGiven()) {
            requireShards();
        }
    }

    /// Other processes have their own working directory and none of what this one makes.
    private void requireShards() {
        mixing.refuse(EngineOptions.NAME + ": other processes do not have the run's start");
        if (training.config(Integer.MAX_VALUE).shards() == 1) {
            throw new LotaException(EngineOptions.NAME + " computes the shards of a step in other processes, and there"
                    + " is one. Give --shards S; at most S processes have something to do at once.");
        }
        List<String> relative = places().relativeInputs();
        if (!relative.isEmpty()) {
            throw new LotaException(Text.format(
                    "%s: other processes have another working directory. Give these from the root on, where all"
                            + " machines see them: %s.",
                    EngineOptions.NAME, String.join(", ", relative)));
        }
        engine();
    }

    private Optional<ShardEngine> engine() {
        return engine.engine(ShardEngine.class, ShardEngine::name, ShardEngine::at);
    }

    private void useUsualRate() {
        if (!training.movesByTheRate()) {
            throw new LotaException(
                    "--lr is required with --optimizer sgd, whose steps are as large as gradients are.");
        }
        if (mask == null) {
            training.useRate(GradientShare.DENSE_RATE);
            reason = "usual for full fine-tuning";
            return;
        }
        training.useRate(GradientShare.rate(MaskFile.read(mask))
                .orElseThrow(() -> new LotaException(Text.format(
                        "--lr is required: %s does not say how much of the task it sees, which a rate could follow."
                                + " lota calibrate and lota mask choose measure that unless --share-rows is 0.",
                        mask))));
        reason = Text.format(
                "%s for full fine-tuning, over what the mask sees of the gradient's sum",
                SettingsText.number(GradientShare.DENSE_RATE));
    }

    @Override
    String name() {
        return NAME;
    }

    @Override
    Training<Ticket> fit(
            Lota lota,
            Dataset examples,
            TrainConfig config,
            @Nullable HeldOut rows,
            RunObserver observer,
            StateFile file) {
        RunOptions beside = new RunOptions(rows, mixing.load(lota, messages()), avoided());
        Mask trained = mask(lota);
        ModelConfig shape = ModelConfig.of(model.path());
        memory.warn(policy -> predicted(policy, config, trained).withExamples(shape, policy, examples), messages());
        Optional<ShardEngine> cluster = engine();
        if (cluster.isEmpty()) {
            return lota.train(examples, trained, config, beside, observer, file);
        }
        try (ShardEngine.Processes processes =
                cluster.get().open(new ShardOrder(arguments(), config.lr(), config.shards()), messages()::note)) {
            return lota.train(examples, trained, config, beside.computing(processes), observer, file);
        }
    }

    /// The run of parsed arguments without what only the process needs that goes through its steps, with a model of its
    /// own.
    ///
    /// @param lr the run's learning rate
    Job job(double lr) {
        training.useRate(lr);
        Dataset examples;
        Mask trained;
        try (Lota lota = open()) {
            data.readWeights(training.readsWeights());
            examples = data.load(lota, messages());
            trained = mask(lota);
        }
        AdaptedModel opened = AdaptedModel.open(model.path(), policy(), kernel.device());
        try {
            return new Job(opened, trained, examples, training.config(examples.epochRows()), kernel.open());
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private List<Avoided> avoided() {
        return avoid.stream()
                .map(file -> new Avoided(file.getFileName().toString(), MaskFile.read(file)))
                .toList();
    }

    @Override
    void preview(Lota lota, Dataset examples, Result result) {
        mixing.preview(lota, training.config(examples.epochRows()), data.preview(), messages(), result);
    }

    /// The weights that are trained.
    private Mask mask(Lota lota) {
        return Complement.of(mask != null ? MaskFile.read(mask) : lota.everything(pool.pool()), avoided());
    }

    @Override
    Optional<TrainConfig> rated(Lota lota, Dataset examples, TrainConfig given, @Nullable HeldOut rows, Result result) {
        if (!training.isAuto()) {
            if (reason != null) {
                result.say("learning rate %s: " + reason, Figure.of(Key.LR, given.lr()));
            }
            return Optional.of(given);
        }
        Path kept = searched();
        Optional<RateSearch> found = AutoRate.found(
                messages(),
                kept,
                result,
                (listener, stop) ->
                        lota.findRate(examples, mask(lota), given, Objects.requireNonNull(rows), kept, listener, stop));
        search = found.orElse(null);
        return found.map(one -> given.atRate(one.rate()));
    }

    private @Nullable Path searched() {
        return AutoRate.kept(stateFile());
    }

    @Override
    void addTo(CommandPaths places) {
        super.addTo(places);
        Path kept = searched();
        if (training.isAuto() && kept != null) {
            places.writes("the losses of tested rates", kept, OutputKind.STATE);
        }
    }

    @Override
    void forgetSearch() {
        if (training.isAuto()) {
            new StateFile(searched(), 0, false).forget();
        }
    }

    @Override
    Ticket finished(Lota lota, Dataset examples, TrainConfig config, Ticket made, Result result) {
        if (!avoid.isEmpty()) {
            // The run fails where there is another number.
            result.say("%s of the weights to avoid changed", Figure.of(Key.CHANGED_REGION, 0));
        }
        RateSearch found = search;
        return found == null ? made : new Ticket(made.info().saying(found.provenance()), made.tensors());
    }

    private MemoryEstimate predicted(MemoryPolicy policy, TrainConfig config, Mask trained) {
        return MemoryOptions.estimate(policy, model.path(), config, trained.trainable(), trained.poolSize())
                .withState(heldOut.copies(trained.trainable()));
    }

    @Override
    Sentence write(Path file, Ticket trained) {
        Ticket ticket = trained.withValueType(valueType);
        TicketFile.write(file, ticket);
        return ResultLines.ticket(file, ticket);
    }

    @Override
    DryRun plan() {
        try (Checkpoint base = Checkpoint.open(model.path())) {
            Loadable loaded = Loadable.of(base);
            Mask trained = Complement.of(
                    mask != null
                            ? MaskFile.read(mask)
                            : Mask.full("", pool.pool().toString(), pool.pool().select(base.tensors())),
                    avoided());
            AdaptedModel.requireTensors(base, loaded.weights().keySet(), trained);
            int rows = data.rows();
            TrainConfig config = training.config(rows);
            // Four bytes a delta, the base's own bits for reverting, and at most a bit a weight for the indices.
            long size = trained.trainable() * (Float.BYTES + Short.BYTES) + trained.poolSize() / Byte.SIZE;
            DryRun plan = new DryRun()
                    .model(loaded)
                    .line(
                            "mask",
                            Text.format(
                                    "%,d of %,d weights trained (sparsity %s)",
                                    trained.trainable(), trained.poolSize(), ResultLines.percent(trained.sparsity())))
                    .training(
                            config,
                            rows,
                            predicted(memory.policy(), config, trained),
                            AutoRate.planned(training, config))
                    .disk(out, size);
            heldOut.addTo(plan, config);
            if (training.isAuto()) {
                AutoRate.addTo(plan, config);
            }
            mixing.addTo(plan);
            engine().ifPresent(cluster -> cluster.plan(
                            config,
                            trained.trainable(),
                            predicted(memory.policy(), config, trained).total())
                    .forEach(line -> plan.line("on", line)));
            return plan;
        }
    }
}
