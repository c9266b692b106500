package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.data.Dataset;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.model.Loadable;
import io.lota4j.internal.model.ModelConfig;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.train.HeldOut;
import io.lota4j.train.MemoryEstimate;
import io.lota4j.train.RunObserver;
import io.lota4j.train.StateFile;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.Training;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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
        sometimes = Key.HELD_OUT_LOSS)
final class TrainCommand extends FitCommand<Ticket> {
    @Reads
    @Option(names = "--mask", paramLabel = "M", description = "Which weights to train.")
    private @Nullable Path mask;

    @Option(names = "--dense", description = "Train the whole pool, instead of --mask: full fine-tuning.")
    @SuppressWarnings("UnusedVariable") // given exactly where there is no mask
    private boolean dense;

    @Option(
            names = "--value-type",
            paramLabel = "TYPE",
            defaultValue = "F32",
            description = "What the ticket keeps its deltas as: F32 or BF16 (default: ${DEFAULT-VALUE}).")
    private DType valueType = DType.F32;

    @Override
    void checkOptions(OptionRules rules) {
        super.checkOptions(rules);
        rules.requireOne("--mask", "--dense");
    }

    @Override
    void check() {
        super.check();
        if (valueType != DType.F32 && valueType != DType.BF16) {
            throw new LotaException("--value-type must be F32 or BF16, found " + valueType + ".");
        }
    }

    @Override
    String name() {
        return "train";
    }

    @Override
    Training<Ticket> fit(
            Lota lota,
            Dataset examples,
            TrainConfig config,
            @Nullable HeldOut rows,
            RunObserver observer,
            StateFile file) {
        Mask trained = mask != null ? MaskFile.read(mask) : lota.everything(pool.pool());
        ModelConfig shape = ModelConfig.of(model.path());
        memory.warn(policy -> predicted(policy, config, trained).withExamples(shape, policy, examples), messages());
        return lota.train(examples, trained, config, rows, observer, file);
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
            Mask trained = mask != null
                    ? MaskFile.read(mask)
                    : Mask.full("", "", pool.pool().select(base.tensors()));
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
                    .training(config, rows, predicted(memory.policy(), config, trained))
                    .disk(out, size);
            heldOut.addTo(plan, config);
            return plan;
        }
    }
}
