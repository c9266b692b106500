package io.lota4j.internal.train.lora;

import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.model.ModelConfig;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.internal.train.Mix;
import io.lota4j.internal.train.ShardFold;
import io.lota4j.internal.train.StartingWeights;
import io.lota4j.internal.train.Trainer;
import io.lota4j.internal.train.TrainingJob;
import io.lota4j.mask.Mask;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.model.MemoryPolicy.BaseWeights;
import io.lota4j.ticket.Ticket;
import io.lota4j.train.HeldOut;
import io.lota4j.train.MemoryEstimate;
import io.lota4j.train.RunState;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.lora.LoraConfig;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One LoRA run of a model on data: the same loop, optimizers and state file as training under a mask, but what is
/// trained are two thin factors of every target's change.
///
/// The model's working weights follow the factors and begin as the run's start says, whatever they were. The
/// factors live until the job is closed; the model then still has their sum.
public final class LoraJob implements TrainingJob, AutoCloseable {
    private static final String SOURCE = "lora";

    private final AdaptedModel model;
    private final LoraTargets targets;
    private final Mask whole;
    private final Dataset data;
    private final TrainConfig config;
    private final MaskedKernel kernel;
    private final StartingWeights start;
    private final PtNDManager scope;
    private final List<Factors> factors;
    private final @Nullable HeldOut heldOut;
    private final @Nullable Mix mix;

    /// Makes new factors, whose product is zero; the configuration's seed is that of their start too.
    ///
    /// @param kernel takes the optimizer's steps
    /// @throws LotaException if a target is no matrix of a layer, or the model's base is mapped
    public LoraJob(AdaptedModel model, LoraConfig lora, Dataset data, TrainConfig config, MaskedKernel kernel) {
        this(model, lora, data, config, kernel, new StartingWeights(model.base(), null), null);
    }

    /// As the other constructor, on top of what earlier runs made of the base.
    ///
    /// @param heldOut rows that the run is scored on meanwhile, or null for none
    public LoraJob(
            AdaptedModel model,
            LoraConfig lora,
            Dataset data,
            TrainConfig config,
            MaskedKernel kernel,
            StartingWeights start,
            @Nullable HeldOut heldOut) {
        this(model, lora, data, config, kernel, start, heldOut, null);
    }

    /// As the other constructors, with rows beside those of the data.
    ///
    /// @param heldOut rows that the run is scored on meanwhile, or null for none
    /// @param mix rows that are taken beside those of the data, or null for none
    public LoraJob(
            AdaptedModel model,
            LoraConfig lora,
            Dataset data,
            TrainConfig config,
            MaskedKernel kernel,
            StartingWeights start,
            @Nullable HeldOut heldOut,
            @Nullable Mix mix) {
        if (model.decoder().memory().base() == BaseWeights.MAPPED) {
            throw new LotaException("LoRA keeps base and factors added up in memory; the base cannot stay mapped.");
        }
        TrainingJob.requireFit(config, data, heldOut);
        if (mix != null) {
            mix.requireFit(config);
        }
        this.model = model;
        this.targets = LoraTargets.of(model.base(), lora);
        this.whole = Mask.full(model.base(), lora.targets());
        model.require(whole);
        this.data = data;
        this.config = config;
        this.kernel = kernel;
        this.start = start;
        this.heldOut = heldOut;
        this.mix = mix;
        this.scope = model.decoder().torch().scope();
        this.factors = targets.shapes().entrySet().stream()
                .map(target -> Factors.of(
                        target.getKey(),
                        target.getValue(),
                        model.decoder().config().blocks().isTransposed(target.getKey()),
                        lora,
                        config.seed(),
                        model.decoder().torch(),
                        scope))
                .toList();
    }

    /// The matrices that have factors.
    public LoraTargets targets() {
        return targets;
    }

    /// In the order of the targets.
    List<Factors> factors() {
        return factors;
    }

    @Override
    public TrainConfig config() {
        return config;
    }

    @Override
    public Dataset data() {
        return data;
    }

    @Override
    public @Nullable HeldOut heldOut() {
        return heldOut;
    }

    @Override
    public @Nullable Mix mix() {
        return mix;
    }

    @Override
    public MaskedKernel kernel() {
        return kernel;
    }

    @Override
    public Trainer trainer() {
        LowRankParameters parameters = LowRankParameters.of(model.decoder(), start, factors, config.optimizer());
        return Trainer.of(model.decoder(), parameters, config, data, kernel, mix);
    }

    @Override
    public AdaptedModel model() {
        return model;
    }

    @Override
    public StartingWeights start() {
        return start;
    }

    @Override
    public Map.Entry<String, String> trained() {
        return Map.entry("lora", targets.lora().text());
    }

    @Override
    public MemoryEstimate memory() {
        ModelConfig shape = model.decoder().config();
        MemoryPolicy policy = model.decoder().memory();
        return targets.memory(shape, policy, config.optimizer())
                .withExamples(shape, policy, data)
                .withState(HeldOut.copies(heldOut, targets.trainable())
                        + Mix.copies(mix, targets.trainable())
                        + ShardFold.copies(config, targets.trainable()));
    }

    /// What a finished run learned, to be written while the job is open.
    public Adapter adapter(RunState end) {
        return new Adapter(
                model.base().directory(), targets, factors, model.decoder().torch(), provenance(end));
    }

    /// What a finished run, and the runs before it, made of whole matrices: their difference from the base.
    public Ticket ticket(RunState end) {
        return model.ticket(whole, provenance(end));
    }

    private Map<String, String> provenance(RunState end) {
        Map<String, String> provenance = provenance(SOURCE, end);
        provenance.put("rank", Integer.toString(targets.lora().rank()));
        provenance.put("alpha", Double.toString(targets.lora().alpha()));
        provenance.put("trained", Long.toString(targets.trainable()));
        return provenance;
    }

    @Override
    public void close() {
        scope.close();
    }
}
