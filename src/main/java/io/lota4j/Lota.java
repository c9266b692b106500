package io.lota4j;

import io.lota4j.checkpoint.DType;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.data.file.DataFiles;
import io.lota4j.eval.Evaluation;
import io.lota4j.eval.ScoreListener;
import io.lota4j.experiment.ExperimentRun;
import io.lota4j.experiment.Stages;
import io.lota4j.experiment.WorkOrder;
import io.lota4j.experiment.WorkRun;
import io.lota4j.export.AdapterTicket;
import io.lota4j.export.Export;
import io.lota4j.export.ExportOptions;
import io.lota4j.export.Exported;
import io.lota4j.guard.Depth;
import io.lota4j.guard.DepthOptions;
import io.lota4j.guard.Detector;
import io.lota4j.guard.DetectorOptions;
import io.lota4j.guard.DetectorRows;
import io.lota4j.guard.MixOptions;
import io.lota4j.guard.ProbeAnswer;
import io.lota4j.guard.ProbeMix;
import io.lota4j.guard.ProbeOptions;
import io.lota4j.guard.ProbeResult;
import io.lota4j.guard.ProbeRow;
import io.lota4j.guard.ProbeStoppedException;
import io.lota4j.guard.ProbeTemplate;
import io.lota4j.guard.RankCheck;
import io.lota4j.guard.RankOptions;
import io.lota4j.guard.Ranks;
import io.lota4j.guard.Rates;
import io.lota4j.guard.Region;
import io.lota4j.guard.RegionCheck;
import io.lota4j.guard.RegionOptions;
import io.lota4j.guard.Secret;
import io.lota4j.guard.SecretUse;
import io.lota4j.guard.Stress;
import io.lota4j.guard.StressOptions;
import io.lota4j.internal.Sha256;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.Claims;
import io.lota4j.internal.checkpoint.DecoderNames;
import io.lota4j.internal.checkpoint.OutputLock;
import io.lota4j.internal.data.ExampleEncoder;
import io.lota4j.internal.data.Preview;
import io.lota4j.internal.eval.AnswerCheck;
import io.lota4j.internal.eval.Evaluator;
import io.lota4j.internal.experiment.FactorTuning;
import io.lota4j.internal.experiment.KeptScores;
import io.lota4j.internal.experiment.recipe.ExperimentReader;
import io.lota4j.internal.export.ExportInput;
import io.lota4j.internal.guard.ActSvd;
import io.lota4j.internal.guard.Depths;
import io.lota4j.internal.guard.Detection;
import io.lota4j.internal.guard.Erased;
import io.lota4j.internal.guard.KeptProbe;
import io.lota4j.internal.guard.Mixture;
import io.lota4j.internal.guard.PositionGradients;
import io.lota4j.internal.guard.ProbeData;
import io.lota4j.internal.guard.ProbeEncoder;
import io.lota4j.internal.guard.Prober;
import io.lota4j.internal.guard.Regions;
import io.lota4j.internal.guard.Secrets;
import io.lota4j.internal.guard.Stresses;
import io.lota4j.internal.mask.Complement;
import io.lota4j.internal.mask.RandomMask;
import io.lota4j.internal.merge.run.TicketMerge;
import io.lota4j.internal.model.Generator;
import io.lota4j.internal.model.NotFiniteException;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.internal.train.Frozen;
import io.lota4j.internal.train.Job;
import io.lota4j.internal.train.LossChanges;
import io.lota4j.internal.train.Provenance;
import io.lota4j.internal.train.SettingsText;
import io.lota4j.internal.train.StartingWeights;
import io.lota4j.internal.train.Trainer;
import io.lota4j.internal.train.TrainingJob;
import io.lota4j.internal.train.fit.Fit;
import io.lota4j.internal.train.lora.LoraJob;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Sparsity;
import io.lota4j.memory.Device;
import io.lota4j.merge.FactorSearch;
import io.lota4j.merge.run.MergeReport;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.ticket.ShrinkRule;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.Tickets;
import io.lota4j.train.HeldOut;
import io.lota4j.train.MemoryEstimate;
import io.lota4j.train.RateSearch;
import io.lota4j.train.RunObserver;
import io.lota4j.train.RunState;
import io.lota4j.train.StateFile;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.Training;
import io.lota4j.train.attribution.Attribution;
import io.lota4j.train.attribution.Delta;
import io.lota4j.train.attribution.FreshRows;
import io.lota4j.train.attribution.GradientShare;
import io.lota4j.train.attribution.Scoring;
import io.lota4j.train.fit.FitConfig;
import io.lota4j.train.fit.FitListener;
import io.lota4j.train.fit.Fitted;
import io.lota4j.train.lora.LoraConfig;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A base and all that is done with it: masks, tickets and scores, from data in its tokens.
///
/// The base never changes. What works on its weights loads them anew, starts from them and frees them again,
/// so that results do not depend on what was done before. Results are immutable and outlive what made them.
/// Every problem that a user can mend is a [LotaException].
///
/// An interrupt of the thread ends training after its step and an evaluation after its batch, as a watcher may; what
/// is being written is written first. The flag stays set. What has no result then says so by a [StoppedException].
///
/// One thread at a time may use it, which may ask for more from within a watcher; threads that compute at once have one
/// each. Closing frees what is still open; nothing may be asked of it afterwards. A second thread at work, and what is
/// asked of a closed one, is an [IllegalStateException]: a defect of the program, not of what it was given.
public final class Lota implements AutoCloseable {
    private final OpenBase base;

    private Lota(OpenBase base) {
        this.base = base;
    }

    /// A base, with the fastest kernel there is and everything kept in memory while it trains.
    ///
    /// Nothing is read before it is asked for: a bad directory is told by the first call that needs it.
    ///
    /// @param directory a Hugging Face directory: `config.json`, safetensors, `tokenizer.json`; or the name
    ///     `owner/name` of a model in Hugging Face's cache
    public static Lota open(Path directory) {
        return open(directory, KernelChoice.AUTO, MemoryPolicy.KEEP);
    }

    /// As [#open(Path)], with a choice of kernel and of what is kept in memory. Neither changes what is
    /// computed but for the order of sums.
    public static Lota open(Path directory, KernelChoice kernel, MemoryPolicy memory) {
        return open(directory, Device.CPU, kernel, memory);
    }

    /// As [#open(Path, KernelChoice, MemoryPolicy)], on a device. One that cannot be used here is told by the first
    /// call
    /// that computes.
    ///
    /// @throws LotaException if the kernel does not fit the device
    public static Lota open(Path directory, Device device, KernelChoice kernel, MemoryPolicy memory) {
        return new Lota(new OpenBase(directory, device, kernel, memory));
    }

    /// What tells this base from every other: 64 hex digits over its weights. Masks and tickets name their
    /// base so.
    public String fingerprint() {
        return base.checkpoint().fingerprint().hex();
    }

    /// What may not be meant about the base's files, a sentence each: which weights were read where there are two
    /// models in one directory.
    public List<String> doubts() {
        return base.checkpoint().doubts();
    }

    /// What of the base nothing is done with, a sentence each: the tensors of other modules than the text model.
    public List<String> untouched() {
        List<String> others = DecoderNames.beside(base.checkpoint().tensors().keySet());
        return others.isEmpty()
                ? List.of()
                : List.of(Text.format(
                        "%d of %d tensors belong to other modules than the text model, such as %s; they stay as they"
                                + " are",
                        others.size(), base.checkpoint().tensors().size(), others.getFirst()));
    }

    /// Reads rows of a file, or of a folder that is a data set, as examples in this base's tokens. They fit no base
    /// with another tokenizer.
    ///
    /// @throws LotaException if the file or a row is bad (with its line), or no row fits
    public Dataset data(Path file, RowOptions rows) {
        return data(DataFiles.of(file), rows);
    }

    /// As [#data(Path, Rows)], of several files and folders, mixed by their weights.
    public Dataset data(DataFiles files, RowOptions rows) {
        return base.data(files, rows);
    }

    /// The tokens of an example as the model sees them, those that carry loss in brackets.
    public String preview(Example example) {
        return Preview.text(example, base.tokenizer());
    }

    /// The tokens that a model reads when it is asked a probe's row, as [#preview(Example)] writes them.
    ///
    /// @throws LotaException if the prompt does not fit the model
    public String preview(ProbeRow row, ProbeTemplate template) {
        int[] ids = probeEncoder().prompt(row.id(), template, template.message(row.prompt()));
        return preview(new Example(0, ids, new boolean[ids.length], ids, "", ""));
    }

    /// The mask of all weights of a pool: training it is full fine-tuning of the pool.
    public Mask everything(Pool pool) {
        return base.reading(files -> Mask.full(files, pool));
    }

    /// The weights that a calibration chooses from.
    ///
    /// @throws LotaException if what is avoided leaves too few of them
    public Mask among(Calibration how) {
        return base.reading(how::among);
    }

    /// Finds a mask by a brief fine-tune of all weights to choose from: those that moved most.
    public Training<Mask> calibrate(Dataset data, Calibration how, TrainConfig config) {
        return calibrate(data, how, config, RunObserver.NONE, StateFile.NONE);
    }

    /// As [#calibrate(Dataset, Calibration, TrainConfig)], watched, with a state to go on from after a stop.
    ///
    /// @throws LotaException before any work if the state or the dense delta would be written over what is read,
    ///     over each other, into the base's directory or where nothing can be written; and as [Training#run] does
    public Training<Mask> calibrate(
            Dataset data, Calibration how, TrainConfig config, RunObserver observer, StateFile state) {
        return calibrate(data, how, config, null, observer, state);
    }

    /// As [#calibrate(Dataset, Calibration, TrainConfig, RunObserver, StateFile)], scored on held-out rows meanwhile.
    ///
    /// @param rows null for none
    public Training<Mask> calibrate(
            Dataset data,
            Calibration how,
            TrainConfig config,
            @Nullable HeldOut rows,
            RunObserver observer,
            StateFile state) {
        return calibrate(new Delta(), data, how, config, rows, observer, state);
    }

    /// Finds a mask by a brief fine-tune of all weights to choose from, and by what it says of
    /// them, such as [io.lota4j.train.attribution.LossChange].
    public Training<Mask> calibrate(Attribution.OfTraining by, Dataset data, Calibration how, TrainConfig config) {
        return calibrate(by, data, how, config, null, RunObserver.NONE, StateFile.NONE);
    }

    /// As [#calibrate(Attribution.OfTraining, Dataset, Calibration, TrainConfig)], watched, with
    /// a state to go on from after a stop, and scored on held-out rows meanwhile.
    ///
    /// @param rows null for none
    /// @throws LotaException before any work as the other methods do, and if a score that is
    ///     summed up over steps is to end with the weights of the best one
    public Training<Mask> calibrate(
            Attribution.OfTraining by,
            Dataset data,
            Calibration how,
            TrainConfig config,
            @Nullable HeldOut rows,
            RunObserver observer,
            StateFile state) {
        TrainingJob.requireFit(config, data, rows);
        if (by.sumsSteps()) {
            LossChanges.requireLast(rows);
        }
        places(data, rows, state).writes("the dense delta", how.deltaOut()).check();
        Mask among = among(how);
        return base.with(List.of(), model -> {
            try (LossChanges sums = by.sumsSteps() ? new LossChanges(model.decoder(), among) : null) {
                Job job = new Job(model, among, data, config, base.kernel())
                        .scoredOn(rows)
                        .counting(sums);
                return Training.run(job, observer, state, end -> how.mask(job, end));
            }
        });
    }

    /// Finds a mask by the base's weights alone, such as [io.lota4j.train.attribution.Magnitude] or
    /// [io.lota4j.train.attribution.Random].
    ///
    /// @param seed of what is drawn
    public Mask mask(Attribution.OfBase by, Calibration how, long seed) {
        return base.reading(files -> by.mask(files, among(how), how.sparsity(), how.scope(), seed));
    }

    /// Finds a mask by an attribution that takes a pass over each example and trains nothing, such as
    /// [io.lota4j.train.attribution.Snip].
    public Mask mask(Attribution.OfRows by, Dataset data, Calibration how) {
        return mask(by, data, how, (done, all, tokens) -> {}, () -> false)
                .orElseThrow(() -> new StoppedException("The scoring of weights was interrupted; there is no mask."));
    }

    /// As [#mask(Attribution.OfRows, Dataset, Calibration)], heard of and stopped after a pass.
    ///
    /// @return empty if it was stopped
    public Optional<Mask> mask(
            Attribution.OfRows by, Dataset data, Calibration how, Scoring.Listener listener, BooleanSupplier stop) {
        places(data, null, StateFile.NONE).check();
        Mask among = among(how);
        return base.with(
                List.of(),
                model -> new Scoring(model, among, data)
                        .mask(by, how.sparsity(), how.scope(), listener, orInterrupted(stop)));
    }

    /// How much of a task a mask sees at the base's weights: the share of a batch's gradient norm.
    ///
    /// @param batch rows of the task, at best such as the mask was not chosen by ([FreshRows]); at least
    ///     one
    /// @throws LotaException if the mask is for another base, or there is no row
    /// @throws StoppedException if the thread is interrupted
    public GradientShare gradientShare(Mask mask, List<Example> batch) {
        return gradientShares(List.of(mask), List.of(), batch, (done, all, tokens) -> {}, () -> false)
                .orElseThrow(() -> new StoppedException("The measuring of what a mask sees was interrupted."))
                .getFirst();
    }

    /// As [#gradientShare(Mask, List)], of several masks by one pass over the batch, with tickets on the
    /// base, heard of and stopped after a few rows.
    ///
    /// @param masks at least one, all of one pool
    /// @return one a mask, in their order; empty if it was stopped
    public Optional<List<GradientShare>> gradientShares(
            List<Mask> masks,
            List<Ticket> tickets,
            List<Example> batch,
            Scoring.Listener listener,
            BooleanSupplier stop) {
        Mask first = masks.getFirst();
        for (Mask other : masks) {
            if (!other.shapes().equals(first.shapes())) {
                throw new LotaException(Text.format(
                        "What masks of different pools see cannot be compared: one is of '%s', another of '%s'.",
                        first.info().pool(), other.info().pool()));
            }
        }
        Mask whole = Mask.full(first.info().base(), first.info().pool(), first.shapes());
        return base.with(tickets, model -> GradientShare.of(model, whole, masks, batch, listener, orInterrupted(stop)));
    }

    /// What some rows need and others do not: the mask of the first without the weights that are highest
    /// for the others, the set difference of arXiv 2402.05162. It has fewer weights than the sparsity says.
    ///
    /// @param except the other rows
    /// @param top share of the pool that is highest for them, in (0, 1]
    /// @throws LotaException if nothing is left
    public Mask difference(Attribution.OfRows by, Dataset data, Dataset except, double top, Calibration how) {
        Mask mask = mask(by, data, how);
        return Scoring.difference(mask, mask(by, except, how.sparsity(Sparsity.leaving(top))));
    }

    /// What finding a mask by passes over rows will need at its peak.
    public MemoryEstimate memory(Attribution.OfRows by, Calibration how) {
        return Scoring.memory(base.config(), base.memory(), by, among(how));
    }

    /// Trains the weights of a mask, from the base; all others keep their bits.
    public Training<Ticket> train(Dataset data, Mask mask, TrainConfig config) {
        return train(data, mask, config, RunObserver.NONE, StateFile.NONE);
    }

    /// As [#train(Dataset, Mask, TrainConfig)], watched, with a state to go on from after a stop.
    ///
    /// @throws LotaException before any work if the state would be written over what is read, into the base's
    ///     directory or where nothing can be written; if the mask is not for this base; and as [Training#run] does
    public Training<Ticket> train(Dataset data, Mask mask, TrainConfig config, RunObserver observer, StateFile state) {
        return train(data, mask, config, RunOptions.NONE, observer, state);
    }

    /// As [#train(Dataset, Mask, TrainConfig, RunObserver, StateFile)], scored on held-out rows meanwhile.
    ///
    /// @param rows null for none
    public Training<Ticket> train(
            Dataset data,
            Mask mask,
            TrainConfig config,
            @Nullable HeldOut rows,
            RunObserver observer,
            StateFile state) {
        return train(data, mask, config, RunOptions.NONE.scoredOn(rows), observer, state);
    }

    /// As [#train(Dataset, Mask, TrainConfig, RunObserver, StateFile)], with rows that it is
    /// scored on or that it mixes
    /// in, or weights that it leaves alone.
    public Training<Ticket> train(
            Dataset data, Mask mask, TrainConfig config, RunOptions beside, RunObserver observer, StateFile state) {
        TrainingJob.requireFit(config, data, beside.heldOut());
        places(data, beside.heldOut(), state).check();
        Mask trained = Complement.of(mask, beside.avoided());
        return base.with(List.of(), model -> {
            Job job = new Job(model, trained, data, config, base.kernel())
                    .scoredOn(beside.heldOut())
                    .mixed(Mixture.of(beside.mix()))
                    .computing(beside.elsewhere());
            return Training.run(job, observer, state, end -> {
                Frozen.requireUntouched(model, beside.avoided());
                return job.ticket(end);
            });
        });
    }

    /// Finds a learning rate for training the weights of a mask by short trainings from the base and the loss of
    /// held-out rows after each, as [RateSearch] says. The base is opened anew for each of them; nothing that
    /// is learned is kept.
    ///
    /// @param config of the run that the rate is for; its own rate is not read
    /// @param rows that decide
    /// @param kept where losses are kept as they are known, so that a stopped search goes on; null: nowhere
    /// @param listener hears how far it has come
    /// @param stop asked after every step; true ends it there
    /// @return empty if it was stopped
    /// @throws LotaException if no rate lowers the loss, for sgd, for an objective that compares with the run's
    ///     start, if the mask is not for this base, or if `kept` is another search's
    public Optional<RateSearch> findRate(
            Dataset data,
            Mask mask,
            TrainConfig config,
            HeldOut rows,
            @Nullable Path kept,
            RateSearch.RateListener listener,
            BooleanSupplier stop) {
        return findRate(
                "mask " + mask.sha256(),
                data,
                config,
                rows,
                kept,
                listener,
                stop,
                (test, scored, asked) -> job(data, mask, test, scored, job -> lossAfter(job, listener, asked)));
    }

    /// As [#findRate(Dataset, Mask, TrainConfig, HeldOut, Path, RateSearch.RateListener, BooleanSupplier)], for
    /// low-rank factors.
    ///
    /// @throws LotaException as the other method, and if a target is no matrix of a layer
    public Optional<RateSearch> findRate(
            Dataset data,
            LoraConfig factors,
            TrainConfig config,
            HeldOut rows,
            @Nullable Path kept,
            RateSearch.RateListener listener,
            BooleanSupplier stop) {
        String trained = Text.format("lora rank %d alpha %s of %s", factors.rank(), factors.alpha(), factors.targets());
        return findRate(
                trained,
                data,
                config,
                rows,
                kept,
                listener,
                stop,
                (test, scored, asked) -> base.with(List.of(), model -> {
                    StartingWeights start = new StartingWeights(model.base(), null);
                    try (LoraJob job = new LoraJob(model, factors, data, test, base.kernel(), start, scored)) {
                        return lossAfter(job, listener, asked);
                    }
                }));
    }

    /// Trains shortly.
    private interface RateTest {
        /// @param config of the test
        /// @param scored rows whose loss is given
        /// @throws CancellationException if `stop` ended it
        ShrinkRule.Score loss(TrainConfig config, HeldOut scored, BooleanSupplier stop);
    }

    /// @param trained what a rate is found for, which tells this search from others
    private Optional<RateSearch> findRate(
            String trained,
            Dataset data,
            TrainConfig config,
            HeldOut rows,
            @Nullable Path kept,
            RateSearch.RateListener listener,
            BooleanSupplier stop,
            RateTest test) {
        RateSearch.requireFit(config);
        TrainingJob.requireFit(config, data, rows);
        String identity = Text.format(
                "base %s; %s; data %s; held-out rows %s; %s",
                fingerprint(),
                trained,
                Provenance.digest(data),
                Provenance.digest(rows.data()),
                config.atRate(RateSearch.RATES.getFirst()).text());
        KeptScores known = new KeptScores(kept, identity);
        BooleanSupplier asked = orInterrupted(stop);
        try {
            double before = known.of("start", () -> lossBefore(config, rows, listener, asked))
                    .loss();
            return Optional.of(RateSearch.run(RateSearch.stepsOf(config.steps()), before, rate -> {
                TrainConfig brief = RateSearch.test(config, rate);
                HeldOut scored = new HeldOut(rows.data(), brief.steps(), HeldOut.Keep.LAST, 0);
                return known.of(SettingsText.number(rate), () -> test.loss(brief, scored, asked))
                        .loss();
            }));
        } catch (CancellationException stopped) {
            return Optional.empty();
        }
    }

    private ShrinkRule.Score lossBefore(
            TrainConfig config, HeldOut rows, RateSearch.RateListener listener, BooleanSupplier stop) {
        return base.with(
                List.of(),
                model -> rows.loss(
                                model.decoder(),
                                0,
                                config.objective(),
                                null,
                                (done, all) -> listener.at(0, done, all),
                                stop)
                        .map(found -> new ShrinkRule.Score(found.loss(), List.of()))
                        .orElseThrow(() -> new CancellationException("stopped")));
    }

    /// @param job that is scored on rows
    private static ShrinkRule.Score lossAfter(TrainingJob job, RateSearch.RateListener listener, BooleanSupplier stop) {
        TrainConfig test = job.config();
        try (Trainer trainer = job.trainer().scoring(Objects.requireNonNull(job.heldOut()))) {
            RunState end = trainer.run(progress -> listener.at(test.lr(), progress.step(), test.steps()), stop);
            if (!job.finished(end)) {
                throw new CancellationException("stopped");
            }
            return new ShrinkRule.Score(end.heldOut().getLast().loss(), List.of());
        } catch (NotFiniteException tooBold) {
            return new ShrinkRule.Score(Double.POSITIVE_INFINITY, List.of());
        }
    }

    /// Trains low-rank factors from the base, to compare with, and writes them as the folder that PEFT writes.
    ///
    /// @param adapter a folder that is not there or empty
    /// @return the same change as a ticket, as large as all target matrices
    /// @throws LotaException before any work if the folder holds something, is the base's or in it, or cannot be
    ///     written; or if a target is no matrix of a layer
    public Training<Ticket> lora(Dataset data, LoraConfig factors, TrainConfig config, Path adapter) {
        return lora(data, factors, config, adapter, RunObserver.NONE, StateFile.NONE);
    }

    /// As [#lora(Dataset, LoraConfig, TrainConfig, Path)], watched, with a state to go on from after a stop. A
    /// stopped run writes no adapter.
    ///
    /// @throws LotaException as [Training#run] does
    public Training<Ticket> lora(
            Dataset data, LoraConfig factors, TrainConfig config, Path adapter, RunObserver observer, StateFile state) {
        return lora(data, factors, config, adapter, RunOptions.NONE, observer, state);
    }

    /// As [#lora(Dataset, LoraConfig, TrainConfig, Path, RunObserver, StateFile)], scored on held-out rows meanwhile.
    ///
    /// @param rows null for none
    public Training<Ticket> lora(
            Dataset data,
            LoraConfig factors,
            TrainConfig config,
            Path adapter,
            @Nullable HeldOut rows,
            RunObserver observer,
            StateFile state) {
        return lora(data, factors, config, adapter, RunOptions.NONE.scoredOn(rows), observer, state);
    }

    /// As [#lora(Dataset, LoraConfig, TrainConfig, Path, RunObserver, StateFile)], with rows that
    /// it is scored on or
    /// that
    /// it mixes in.
    ///
    /// @throws LotaException if it shall leave weights alone: the product of its factors moves
    ///     all of a matrix
    public Training<Ticket> lora(
            Dataset data,
            LoraConfig factors,
            TrainConfig config,
            Path adapter,
            RunOptions beside,
            RunObserver observer,
            StateFile state) {
        if (!beside.avoided().isEmpty()) {
            throw new LotaException("LoRA cannot leave single weights alone: the product of its factors moves all of a"
                    + " matrix. Take the region out of its ticket afterwards.");
        }
        if (beside.elsewhere() != null) {
            throw new LotaException("The factors of LoRA are trained in one process: shards are computed elsewhere for"
                    + " the weights of a mask only.");
        }
        TrainingJob.requireFit(config, data, beside.heldOut());
        places(data, beside.heldOut(), state).fills("the adapter", adapter).check();
        return base.with(List.of(), model -> {
            try (LoraJob job = new LoraJob(
                    model,
                    factors,
                    data,
                    config,
                    base.kernel(),
                    new StartingWeights(model.base(), null),
                    beside.heldOut(),
                    Mixture.of(beside.mix()))) {
                return Training.run(job, observer, state, end -> {
                    job.adapter(end).write(adapter);
                    return job.ticket(end);
                });
            }
        });
    }

    private RunPlaces places(Dataset data, @Nullable HeldOut rows, StateFile state) {
        return new RunPlaces(base.claims(), data, rows)
                .writes("the run's state", state.file())
                .addsTo(
                        "the directory for what is kept of each weight",
                        base.memory().state());
    }

    private <T> T job(Dataset data, Mask mask, TrainConfig config, @Nullable HeldOut rows, Function<Job, T> work) {
        return base.with(
                List.of(), model -> work.apply(new Job(model, mask, data, config, base.kernel()).scoredOn(rows)));
    }

    /// Scores the base with any number of tickets on it, in memory: their deltas add up. Of a preference pair the
    /// chosen answer is scored.
    public Evaluation evaluate(Dataset data, List<Ticket> tickets, EvalOptions options) {
        Evaluation scores = evaluate(data, tickets, options, (done, all, tokens) -> {}, () -> false);
        if (scores.examples().size() < data.examples().size()) {
            throw new StoppedException(Text.format(
                    "The evaluation was interrupted after %d of %d examples.",
                    scores.examples().size(), data.examples().size()));
        }
        return scores;
    }

    /// As [#evaluate(Dataset, List, EvalOptions)], heard of and stopped after a batch: a stopped evaluation
    /// has fewer examples than the data.
    ///
    /// @throws LotaException if a ticket is for another base, or a prompt is empty to which an answer shall be
    ///     generated
    public Evaluation evaluate(
            Dataset data, List<Ticket> tickets, EvalOptions options, ScoreListener listener, BooleanSupplier stop) {
        if (options.answerTokens() > 0) {
            data.requirePrompts();
        }
        return base.with(
                tickets, model -> evaluator(model, options).run(data.examples(), listener, orInterrupted(stop)));
    }

    private Evaluator evaluator(AdaptedModel model, EvalOptions options) {
        return new Evaluator(
                model.decoder(),
                base.tokenizer(),
                base.stopTokens(base.encoder(RowOptions.chats())),
                options.batchSize(),
                options.answerTokens(),
                options.check());
    }

    /// Asks the base, with any number of tickets on it, a probe's rows and judges the answers.
    ///
    /// @throws LotaException if a ticket is for another base, a row does not fit the model, or a
    ///     judge fails
    /// @throws StoppedException if the thread is interrupted
    public ProbeResult probe(List<ProbeRow> rows, List<Ticket> tickets, ProbeOptions options) {
        return probe(rows, tickets, options, (done, all, tokens) -> {}, () -> false);
    }

    /// As [#probe(List, List, ProbeOptions)], heard of and stopped after a few questions.
    ///
    /// @throws io.lota4j.guard.ProbeStoppedException if it was stopped: a part of a probe is no result,
    ///     but its answers are there
    public ProbeResult probe(
            List<ProbeRow> rows,
            List<Ticket> tickets,
            ProbeOptions options,
            ScoreListener listener,
            BooleanSupplier stop) {
        return probe(rows, tickets, options, KeptProbe.NONE, listener, stop);
    }

    private ProbeResult probe(
            List<ProbeRow> rows,
            List<Ticket> tickets,
            ProbeOptions options,
            KeptProbe kept,
            ScoreListener listener,
            BooleanSupplier stop) {
        return base.with(tickets, model -> {
            ExampleEncoder chat = base.encoder(RowOptions.chats());
            return new Prober(model.decoder(), base.tokenizer(), base.stopTokens(chat), probeEncoder(), options)
                    .run(rows, kept, listener, orInterrupted(stop));
        });
    }

    /// As [#probe(List, List, ProbeOptions, ScoreListener, BooleanSupplier)], with answers kept on the way: the same
    /// probe of the same model asks only what is left when it was stopped or killed.
    ///
    /// @param kept answers so far are written to a file of this name and a digest of what is asked
    ///     behind it, which is removed at the end
    public ProbeResult probe(
            List<ProbeRow> rows,
            List<Ticket> tickets,
            ProbeOptions options,
            Path kept,
            ScoreListener listener,
            BooleanSupplier stop) {
        Map<String, String> model = new LinkedHashMap<>();
        model.put("base", fingerprint());
        for (int ticket = 0; ticket < tickets.size(); ticket++) {
            Map<String, String> one = new LinkedHashMap<>();
            new StartingWeights(base.checkpoint(), tickets.get(ticket)).addTo(one);
            model.put("ticket " + ticket, one.toString());
        }
        return probe(rows, tickets, options, KeptProbe.of(kept, model.toString(), rows, options), listener, stop);
    }

    /// The rows of a probe's file that expect to decline, with their declining texts as answers:
    /// what a region is found
    /// by, and what is mixed in so that declining stays.
    ///
    /// @param most the first so many
    /// @throws LotaException if the file is bad, or it has no such row
    public Dataset declining(Path probe, int most) {
        return ProbeData.read(probe, Dataset.ALL, probeEncoder(), ProbeTemplate.CHAT, most, false, false)
                .rows();
    }

    /// The rows of a probe's file that expect to decline, as a run mixes them into its own so
    /// that declining stays.
    ///
    /// @throws LotaException if the file is bad, or it has no row with the texts that are needed
    public ProbeMix mix(Path probe, MixOptions how) {
        Secret secret = how.secret();
        if (secret != null) {
            Secrets.requireFits(secret, base.tokenizerDigest());
        }
        return Mixture.read(probe, Dataset.ALL, probeEncoder(), how);
    }

    /// Draws a secret under which rows can be mixed in, by the machine's source of randomness.
    ///
    /// @param tokens of this base's tokenizer, at least 1; 150 in the paper
    /// @throws LotaException if so many cannot be put together
    public Secret secret(int tokens) {
        return Secrets.draw(tokens, base.tokenizer(), base.tokenizerDigest(), new SecureRandom());
    }

    /// As [#probe(List, List, ProbeOptions)], asked with a secret, without one and with another.
    ///
    /// @param options in whose templates, chat or system, the secret stands first in the system
    ///     message
    /// @throws LotaException if the secret is of another tokenizer, or does not stand whole in a prompt
    public ProbeResult probe(
            List<ProbeRow> rows,
            List<Ticket> tickets,
            ProbeOptions options,
            Secret secret,
            ScoreListener listener,
            BooleanSupplier stop) {
        Secrets.requireFits(secret, base.tokenizerDigest());
        Secret wrong = Secrets.wrong(secret, base.tokenizer());
        List<ProbeAnswer> answers = new ArrayList<>();
        int leftOut = 0;
        int cramped = 0;
        for (SecretUse use : SecretUse.values()) {
            for (ProbeTemplate template : options.templates()) {
                ProbeTemplate asked = use == SecretUse.NONE
                        ? template
                        : Secrets.under(use == SecretUse.RIGHT ? secret : wrong, template);
                if (use == SecretUse.RIGHT) {
                    ProbeEncoder encoder = probeEncoder();
                    rows.forEach(row -> Secrets.requireWhole(
                            secret,
                            encoder.prompt(row.id(), asked, row.prompt()),
                            "Row '" + row.id() + "' of the probe"));
                }
                ProbeResult found;
                try {
                    found = probe(rows, tickets, options.templates(asked), listener, stop);
                } catch (ProbeStoppedException stopped) {
                    // What is kept of a stopped probe must not say the secret either.
                    answers.addAll(told(stopped.answers(), template, use, secret, wrong));
                    throw new ProbeStoppedException(Objects.requireNonNull(stopped.getMessage()), answers);
                }
                answers.addAll(told(found.answers(), template, use, secret, wrong));
                leftOut += found.leftOut();
                cramped += found.cramped();
            }
        }
        return new ProbeResult(answers, leftOut, cramped);
    }

    private List<ProbeAnswer> told(
            List<ProbeAnswer> answers, ProbeTemplate template, SecretUse use, Secret secret, Secret wrong) {
        return answers.stream()
                .map(answer -> Secrets.told(answer, template.word(), use, List.of(secret, wrong), base.tokenizer()))
                .toList();
    }

    /// How deep in its answers the base with tickets on it differs from the base, along answers to a probe's rows that
    /// expect to decline. Both are in memory.
    ///
    /// @throws LotaException if there is no such row with the answer that is needed, or one does not fit
    /// @throws StoppedException if it was stopped
    public Depth depth(
            List<ProbeRow> rows, List<Ticket> tickets, DepthOptions how, IntConsumer done, BooleanSupplier stop) {
        ProbeEncoder encoder = probeEncoder();
        List<Example> compared = Depths.rows(rows, encoder, how.given());
        if (compared.isEmpty()) {
            throw new LotaException(
                    how.given()
                            ? "No row of the probe expects to decline and has the text 'answer', so there is no answer"
                                    + " to look into."
                            : "No row of the probe expects to decline, so there is no answer to look into.");
        }
        Set<Integer> ends = base.stopTokens(encoder.chat());
        return base.with(
                List.of(),
                before -> base.with(
                        tickets,
                        after -> new Depths(
                                        before.decoder(),
                                        after.decoder(),
                                        ends,
                                        how.positions(),
                                        how.gradient()
                                                ? new PositionGradients(after, everything(Pool.standard()))
                                                : null)
                                .of(compared, how.given(), done, orInterrupted(stop))));
    }

    /// How far soft inputs, one change for all prompts, must move before the base with tickets on it
    /// leaves a behaviour: moved by some rows within growing bounds, judged on others. No weight changes,
    /// and what the inputs were moved to is not kept.
    ///
    /// @param train rows of a probe by which they are moved
    /// @param test other rows, judged by the margin of their texts
    /// @throws LotaException if a ticket is for another base, a row does not fit the model, or the rows
    ///     lack the texts that are needed
    /// @throws StoppedException if the thread is interrupted
    public Stress stress(List<ProbeRow> train, List<ProbeRow> test, List<Ticket> tickets, StressOptions how) {
        Stress found = stress(train, test, tickets, how, (done, all, loss) -> {}, () -> false)
                .orElseThrow(() -> new StoppedException("The stress was interrupted before anything was seen."));
        if (found.points().size() < how.radii().size()) {
            throw new StoppedException(Text.format(
                    "The stress was interrupted after %d of %d radii.",
                    found.points().size(), how.radii().size()));
        }
        return found;
    }

    /// As [#stress(List, List, List, StressOptions)], heard of and stopped after a step.
    ///
    /// @return with fewer points if it was stopped; empty if nothing was seen by then
    public Optional<Stress> stress(
            List<ProbeRow> train,
            List<ProbeRow> test,
            List<Ticket> tickets,
            StressOptions how,
            StressOptions.Listener listener,
            BooleanSupplier stop) {
        return base.with(tickets, model -> {
            ProbeEncoder encoder = probeEncoder();
            return new Stresses(model.decoder(), base.tokenizer(), base.stopTokens(encoder.chat()), encoder, how)
                    .run(train, test, listener, orInterrupted(stop));
        });
    }

    /// Makes a detector of inputs that trigger a hidden behaviour of a ticket, in the weights that it
    /// changes, and asks it about rows.
    ///
    /// @throws LotaException if rows stand in two of the sets, there are too few calibration rows, no rate
    ///     makes an expert that forgets, or the ticket is for another base
    /// @throws StoppedException if the thread is interrupted
    public Detector detector(Ticket suspect, DetectorRows rows, DetectorOptions how) {
        return detector(suspect, Detection.of(suspect), rows, how, (what, done, all) -> {}, () -> false);
    }

    /// As [#detector(Ticket, DetectorRows, DetectorOptions)], heard of and stopped after a step.
    ///
    /// @param suspect null where the base itself is suspected
    /// @param mask which weights expert and auxiliary model may change
    /// @throws StoppedException if it was stopped
    public Detector detector(
            @Nullable Ticket suspect,
            Mask mask,
            DetectorRows rows,
            DetectorOptions how,
            DetectorOptions.Listener listener,
            BooleanSupplier stop) {
        if (suspect == null && how.auxiliary() == DetectorOptions.Auxiliary.BASE) {
            throw new LotaException(
                    "An auxiliary model of the base needs a ticket that is suspected: here the base is.");
        }
        Detection.requireFit(rows, how);
        return new Detection(
                        base::with,
                        base.tokenizer(),
                        base.stopTokens(base.encoder(RowOptions.chats())),
                        (model, trained, data, config, start) ->
                                new Job(model, trained, data, config, base.kernel(), start),
                        suspect,
                        mask,
                        how,
                        new AnswerCheck(null))
                .run(rows, listener, orInterrupted(stop));
    }

    /// The weights that a ticket changes, as a mask.
    public static Mask changedBy(Ticket ticket) {
        return Detection.of(ticket);
    }

    private ProbeEncoder probeEncoder() {
        return new ProbeEncoder(base.encoder(RowOptions.chats()), base::plainEncoder);
    }

    /// Finds the weights that carry a behaviour and not the usual abilities, by scores of two
    /// sets of rows. Nothing is
    /// trained.
    ///
    /// @param by [io.lota4j.train.attribution.Snip] or [io.lota4j.train.attribution.Wanda]
    /// @param behaviour rows that show it, such as those of [#declining]
    /// @param others rows of the usual abilities
    /// @throws LotaException if nothing is left
    /// @throws StoppedException if the thread is interrupted
    public Region region(Attribution.OfRows by, Dataset behaviour, Dataset others, RegionOptions how) {
        return region(by, behaviour, others, how, (done, all, tokens) -> {}, () -> false)
                .orElseThrow(() -> new StoppedException("The scoring of weights was interrupted; there is no region."));
    }

    /// As [#region(Attribution.OfRows, Dataset, Dataset, RegionOptions)], heard of and stopped
    /// after a pass.
    ///
    /// @return empty if it was stopped
    public Optional<Region> region(
            Attribution.OfRows by,
            Dataset behaviour,
            Dataset others,
            RegionOptions how,
            Scoring.Listener listener,
            BooleanSupplier stop) {
        return base.with(
                List.of(), model -> Regions.find(model, by, behaviour, others, how, listener, orInterrupted(stop)));
    }

    /// What the model does without a region: its weights are zero in memory, then as many of
    /// every tensor that are
    /// drawn by chance, three times, then the behaviour's whole top. Nothing is written.
    ///
    /// @param rows of a probe
    /// @param others rows whose loss is told beside
    /// @param seed of the draws
    /// @throws StoppedException if it was stopped
    public RegionCheck check(
            Region region,
            List<ProbeRow> rows,
            ProbeOptions options,
            Dataset others,
            long seed,
            ScoreListener listener,
            BooleanSupplier stop) {
        Function<Mask, RegionCheck.Seen> without = mask -> {
            List<Ticket> erased = mask.trainable() == 0
                    ? List.of()
                    : List.of(base.<Ticket>with(List.of(), model -> Erased.of(model, mask)));
            return seen(rows, erased, options, others, listener, stop);
        };
        return new RegionCheck(
                without.apply(region.mask().minus(region.mask())),
                without.apply(region.mask()),
                IntStream.range(0, RegionCheck.DRAWS)
                        .mapToObj(draw -> without.apply(RandomMask.like(region.mask(), seed + draw)))
                        .toList(),
                without.apply(region.safety()));
    }

    private RegionCheck.Seen seen(
            List<ProbeRow> rows,
            List<Ticket> tickets,
            ProbeOptions options,
            Dataset others,
            ScoreListener listener,
            BooleanSupplier stop) {
        ProbeResult found = probe(rows, tickets, options, listener, stop);
        return new RegionCheck.Seen(
                new Rates(found.answers()),
                evaluate(others, tickets, EvalOptions.LOSSES).loss());
    }

    /// The ranks of matrices that carry a behaviour and not the usual abilities. Nothing is trained.
    ///
    /// @param behaviour rows that show it, such as those of [#declining]
    /// @param others rows of the usual abilities
    /// @throws StoppedException if the thread is interrupted
    public Ranks ranks(Dataset behaviour, Dataset others, RankOptions how) {
        return ranks(behaviour, others, how, (done, all, tokens) -> {}, () -> false)
                .orElseThrow(() -> new StoppedException("The search for ranks was interrupted; there are none."));
    }

    /// As [#ranks(Dataset, Dataset, RankOptions)], heard of and stopped after a pass or a matrix.
    ///
    /// @return empty if it was stopped
    public Optional<Ranks> ranks(
            Dataset behaviour, Dataset others, RankOptions how, Scoring.Listener listener, BooleanSupplier stop) {
        return base.with(List.of(), model -> ActSvd.find(model, behaviour, others, how, listener, orInterrupted(stop)));
    }

    /// What the model does without the ranks that a behaviour has alone, in memory. Nothing is
    /// written.
    ///
    /// @param rows of a probe
    /// @param others rows whose loss is told beside
    /// @throws StoppedException if it was stopped
    public RankCheck check(
            Ranks ranks,
            List<ProbeRow> rows,
            ProbeOptions options,
            Dataset others,
            ScoreListener listener,
            BooleanSupplier stop) {
        Ticket without = base.<Ticket>with(List.of(), model -> ActSvd.without(model, ranks));
        return new RankCheck(
                seen(rows, List.of(), options, others, listener, stop),
                seen(rows, List.of(without), options, others, listener, stop));
    }

    /// Shrinks a ticket to what validation rows of its own task need, so that it disturbs as little else as
    /// it can: its deltas times alpha, by the rule that [ShrinkRule] says. Nothing is trained; the weights
    /// are loaded once and the rows scored seven times at most.
    ///
    /// Not for a ticket that is to be merged: without a margin it loses in a sum what a whole one keeps.
    ///
    /// @param ticket of one task, on those below it
    /// @param rows that the ticket was not trained on
    /// @throws LotaException if a ticket is for another base, or a prompt is empty to which an answer shall
    ///     be generated
    /// @throws StoppedException if the thread is interrupted
    public Shrunk shrink(Ticket ticket, Dataset rows, ShrinkOptions options) {
        return shrink(ticket, rows, options, (alpha, done, all, tokens) -> {}, () -> false)
                .orElseThrow(() -> new StoppedException("The shrinking was interrupted; there is no smaller ticket."));
    }

    /// As [#shrink(Ticket, Dataset, ShrinkOptions)], heard of and stopped after a batch.
    ///
    /// @return empty if it was stopped
    public Optional<Shrunk> shrink(
            Ticket ticket, Dataset rows, ShrinkOptions options, ShrinkOptions.Listener listener, BooleanSupplier stop) {
        if (options.scoring().answerTokens() > 0) {
            rows.requirePrompts();
        }
        return base.with(
                options.below(),
                model -> new Shrinking(
                                rows,
                                options.rule(),
                                evaluator(model, options.scoring()),
                                evaluator(model, options.scoring().losses()))
                        .run(model, ticket, listener, orInterrupted(stop)));
    }

    /// What the base, with tickets on it, answers to a user's message.
    ///
    /// @throws LotaException if the message leaves no room for an answer in the model's positions
    public Generation.Answer answer(String message, List<Ticket> tickets, Generation how) {
        RowOptions rows = how.allowSpecial() ? RowOptions.chats().allowingSpecial() : RowOptions.chats();
        ExampleEncoder encoder = base.encoder(rows);
        int[] prompt = encoder.promptIds(message);
        int positions = base.config().maxPositions();
        if (prompt.length == 0 || prompt.length >= positions) {
            throw new LotaException(
                    prompt.length == 0
                            ? "The message is empty and the model has no chat template: there is nothing to go on from."
                            : Text.format(
                                    "The message takes %d tokens and the model has %d positions, which leaves no room"
                                            + " for an answer; shorten the message.",
                                    prompt.length, positions));
        }
        return base.with(tickets, model -> {
            Generator generator = new Generator(
                    model.decoder(), base.stopTokens(encoder), how.maxTokens(), how.sampling(), how.seed());
            Generator.Answer answer = generator.generate(List.of(prompt)).getFirst();
            return new Generation.Answer(
                    base.tokenizer().decode(answer.ids()), answer.ended(), generator.room(prompt.length));
        });
    }

    /// Writes the base with a ticket on it as a model directory, in the base's dtypes.
    ///
    /// @param out a directory that does not exist or is empty
    /// @return how many weights changed, what rounding lost, and what of the base's directory is not in the result
    /// @throws LotaException as [Tickets#apply] does
    public Tickets.Applied apply(Ticket ticket, Path out) {
        return base.reading(files -> Tickets.apply(files, ticket, out));
    }

    /// As [#apply(Ticket, Path)], with all weights as F32, BF16 or F16.
    ///
    /// @param dtype F32 keeps what rounding to a base's BF16 or F16 loses
    public Tickets.Applied apply(Ticket ticket, DType dtype, Path out) {
        return base.reading(files -> Tickets.apply(files, ticket, Optional.of(dtype), out));
    }

    /// Writes the base with tickets on it in a form that another program loads.
    ///
    /// @param export one of [io.lota4j.export.Exports]
    /// @param tickets at least one; several are added
    /// @param out a directory that does not exist or is empty
    /// @throws LotaException when a ticket is for another base, or cannot be written in this form
    public Exported export(Export export, List<Ticket> tickets, ExportOptions options, Path out) {
        return base.reading(files ->
                export.prepare(new ExportInput(files, tickets), options).write(out));
    }

    /// What a PEFT adapter for this base does, as a ticket.
    ///
    /// @param folder with `adapter_config.json`
    /// @throws LotaException when it is malformed, of a method that is not known, or does what a ticket cannot hold
    public AdapterTicket importAdapter(Path folder) {
        return base.reading(files -> AdapterTicket.of(files, folder));
    }

    /// The ticket that leads from this base to what any program made of it: every weight of the pool that
    /// differs, or, with a sparsity, those that differ most.
    ///
    /// @param tuned a Hugging Face directory
    /// @throws LotaException as [Tickets#extract] does
    public Ticket extract(Path tuned, OptionalDouble sparsity, Pool pool) {
        try (Checkpoint other = Checkpoint.open(tuned)) {
            return base.reading(files -> Tickets.extract(files, other, sparsity, pool));
        }
    }

    /// Writes the base again, bit for bit, from a directory that [#apply] wrote.
    ///
    /// @param out a directory that does not exist or is empty
    /// @return names of files and folders that are not in the result
    /// @throws LotaException as [Tickets#revert] does
    public static List<String> revert(Path tuned, Ticket ticket, Path out) {
        return Tickets.revert(tuned, ticket, out);
    }

    /// The sum of tickets for one base, at least one.
    ///
    /// @throws LotaException as [Tickets#add] does
    public static Ticket sum(List<Ticket> tickets) {
        double[] ones = new double[tickets.size()];
        Arrays.fill(ones, 1);
        return tickets.size() == 1 ? tickets.getFirst() : Tickets.add(tickets, ones);
    }

    /// Merges ticket files for one base into a ticket file. The base is not read, and no ticket is in memory as a
    /// whole.
    ///
    /// @return what each ticket brought and kept
    /// @throws LotaException when the method is unknown or does not merge so many tickets, a parameter is
    ///     unknown, missing or out of its limits, a file is no ticket, tickets are for different bases, or the
    ///     result cannot be written
    public static MergeReport merge(List<Path> tickets, MergeOptions how, Path out) {
        return merge(how, tickets.size()).merge(tickets, Runtime.getRuntime().availableProcessors(), out);
    }

    private static TicketMerge merge(MergeOptions how, int tickets) {
        return TicketMerge.by(how.method(), how.compat(), how.parameters(), how.seed(), tickets);
    }

    /// As [#merge], with all changes of the merge multiplied by one factor, chosen by scores of the merged
    /// tasks on validation rows as [FactorSearch] says: for every method the search that fitted coefficients
    /// have to be compared with. The rows of each task are scored twelve times at most, the weights loaded
    /// once.
    ///
    /// @param tickets at least one, for this base
    /// @param rows of each ticket's task that nothing is judged by later, in the tickets' order
    /// @param how the tickets are merged
    /// @param tuning how the rows are scored
    /// @param out the merged ticket's file
    /// @return what was tried, and what each ticket brought and kept; empty if it was stopped, when nothing but
    ///     the state was written
    /// @throws LotaException as [#merge] does, if a ticket is for another base, or a prompt is empty to which
    ///     an answer shall be generated
    public Optional<TunedMerge> tune(
            List<Path> tickets, List<Dataset> rows, MergeOptions how, TuneOptions tuning, Path out) {
        if (rows.size() != tickets.size() || tuning.scoring().size() != tickets.size()) {
            throw new LotaException(Text.format(
                    "A factor is chosen by rows of each ticket's task: expected %d sets of rows and ways to score them,"
                            + " found %d and %d.",
                    tickets.size(), rows.size(), tuning.scoring().size()));
        }
        for (int t = 0; t < rows.size(); t++) {
            if (tuning.scoring().get(t).answerTokens() > 0) {
                rows.get(t).requirePrompts();
            }
        }
        TicketMerge merge = merge(how, tickets.size());
        TicketMerge.check(tickets, out);
        Claims claims = base.claims().writes("the merged ticket", out);
        rows.forEach(data -> data.paths().forEach(path -> claims.reads("the validation rows", path)));
        claims.check();
        AtomicFile.requireWritable(out);
        int threads = Runtime.getRuntime().availableProcessors();
        tuning.state().requireFresh();
        try (OutputLock held = tuning.state().lock()) {
            Ticket whole = merge.merge(tickets, threads);
            String identity = Text.format(
                    "tickets %s; %s; rows %s; %s",
                    tickets.stream().map(Sha256::ofFile).collect(Collectors.joining(" ")),
                    new TreeMap<>(whole.info().provenance()),
                    rows.stream().map(Provenance::digest).collect(Collectors.joining(" ")),
                    tuning.text());
            FactorSearch found = base.with(List.of(), model -> {
                List<FactorTuning.Task> tasks = new ArrayList<>();
                for (int t = 0; t < rows.size(); t++) {
                    tasks.add(new FactorTuning.Task(
                            rows.get(t), evaluator(model, tuning.scoring().get(t))));
                }
                return new FactorTuning(
                                model,
                                whole,
                                tasks,
                                new KeptScores(tuning.state().file(), identity))
                        .run(tuning.listener()::at, orInterrupted(tuning.stop()));
            });
            Map<String, String> said = new LinkedHashMap<>(found.provenance());
            for (int t = 0; t < rows.size(); t++) {
                String prefix = Text.format("merge.ticket%d.", t);
                said.put(prefix + "validation", rows.get(t).digests());
                said.put(
                        prefix + "validation_rows",
                        Integer.toString(rows.get(t).examples().size()));
            }
            MergeReport report = merge.times(found.factor(), said).merge(tickets, threads, out);
            tuning.state().forget();
            return Optional.of(new TunedMerge(found, report));
        } catch (CancellationException stopped) {
            return Optional.empty();
        }
    }

    /// Merges ticket files for this base by coefficients that are fitted on prompts of each ticket's task,
    /// so that the merge expects what each ticket alone expects. No labels are needed.
    ///
    /// @param tickets at least one
    /// @param prompts rows of each ticket's task that nothing is judged by later, in the tickets' order
    /// @param out the merged ticket's file
    /// @return the coefficients, and what each ticket brought and kept
    /// @throws LotaException before any work if the ticket would be written over what is read or cannot be
    ///     written; if a ticket is for another base, or a prompt is empty to which an answer shall be
    ///     generated
    public FittedMerge fit(List<Path> tickets, List<Dataset> prompts, FitConfig how, Path out) {
        return fit(tickets, prompts, how, out, (what, done, all, divergence) -> {}, () -> false)
                .orElseThrow(() -> new StoppedException("The fit was interrupted; no ticket was written."));
    }

    /// As [#fit(List, List, FitConfig, Path)], heard of and stopped after a step.
    ///
    /// @return empty if it was stopped; then nothing was written
    public Optional<FittedMerge> fit(
            List<Path> tickets,
            List<Dataset> prompts,
            FitConfig how,
            Path out,
            FitListener listener,
            BooleanSupplier stop) {
        return fit(tickets, prompts, how, out, listener, stop, StateFile.NONE);
    }

    /// As [#fit(List, List, FitConfig, Path, FitListener, BooleanSupplier)], with a state that a stopped
    /// fit leaves and another resumes from, bit for bit as if it had never stopped. It is removed once the
    /// ticket is written.
    ///
    /// @return empty if it was stopped; then the state is all that was written
    public Optional<FittedMerge> fit(
            List<Path> tickets,
            List<Dataset> prompts,
            FitConfig how,
            Path out,
            FitListener listener,
            BooleanSupplier stop,
            StateFile state) {
        if (prompts.size() != tickets.size()) {
            throw new LotaException(Text.format(
                    "A fit takes prompts for each ticket: expected %d sets of rows, found %d.",
                    tickets.size(), prompts.size()));
        }
        TicketMerge.check(tickets, out);
        Claims claims = base.claims().writes("the merged ticket", out);
        prompts.forEach(rows -> rows.paths().forEach(path -> claims.reads("the prompts", path)));
        claims.check();
        AtomicFile.requireWritable(out);
        Optional<FittedMerge> merged = fitted(tickets, prompts, how, listener, stop, state)
                .map(fitted -> new FittedMerge(
                        fitted,
                        TicketMerge.added(tickets.size(), fitted.weights(), fitted.provenance())
                                .merge(tickets, Runtime.getRuntime().availableProcessors(), out)));
        if (merged.isPresent()) {
            state.forget();
        }
        return merged;
    }

    private Optional<Fitted> fitted(
            List<Path> tickets,
            List<Dataset> prompts,
            FitConfig how,
            FitListener listener,
            BooleanSupplier stop,
            StateFile state) {
        String digests = tickets.stream().map(Sha256::ofFile).collect(Collectors.joining(" "));
        List<Ticket> read = tickets.stream().map(TicketFile::read).toList();
        return base.with(List.of(), model -> {
            try (Fit fit = new Fit(
                    model, read, prompts, base.stopTokens(base.encoder(RowOptions.chats())), base.kernel(), how)) {
                return fit.run(listener, orInterrupted(stop), state, digests);
            }
        });
    }

    /// An experiment: tasks learned one after the other, by several methods, from a recipe that names its base. Its
    /// data is loaded; nothing is run before it is asked for.
    ///
    /// @param recipe a YAML file with `tasks`
    /// @param stages hear of what goes on
    /// @param stop asked after every step and batch; true ends the run there, and another goes on from there
    /// @return to be closed by the caller
    /// @throws LotaException with everything that is wrong with the recipe, or if data is bad
    public static ExperimentRun experiment(Path recipe, Stages stages, BooleanSupplier stop) {
        return new ExperimentRun(ExperimentReader.read(recipe), KernelChoice.AUTO, stages, orInterrupted(stop));
    }

    /// Works of an experiment that another process runs by an engine, done in this one.
    ///
    /// @param stop asked after every step and batch
    /// @return to be closed by the caller
    /// @throws LotaException if the base is not there, or is another one, or data is bad
    public static WorkRun works(WorkOrder order, BooleanSupplier stop) {
        return WorkRun.open(
                ExperimentReader.read(order.file(), order.recipe(), order::requireBase),
                order,
                KernelChoice.AUTO,
                orInterrupted(stop));
    }

    private static BooleanSupplier orInterrupted(BooleanSupplier stop) {
        return () -> stop.getAsBoolean() || Thread.currentThread().isInterrupted();
    }

    /// Frees what is open; once is enough, and more does no harm.
    @Override
    public void close() {
        base.close();
    }
}
