package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.checkpoint.DType;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.train.AdaptedModel;
import io.lota4j.train.Job;
import io.lota4j.train.RunState;
import io.lota4j.train.TrainConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command
final class TrainCommand extends FitCommand {
    @Option(names = "--mask", paramLabel = "M", description = "Which weights to train.")
    private @Nullable Path mask;

    @Option(names = "--dense", description = "Train the whole pool, instead of --mask: full fine-tuning.")
    private boolean dense;

    @Option(
            names = "--value-type",
            paramLabel = "TYPE",
            defaultValue = "F32",
            description = "What the ticket keeps its deltas as: F32 or BF16 (default: ${DEFAULT-VALUE}).")
    private DType valueType = DType.F32;

    @Override
    void check() {
        super.check();
        if ((mask == null) != dense) {
            throw new LotaException("Give either --mask or --dense; found " + (dense ? "both." : "neither."));
        }
        if (valueType != DType.F32 && valueType != DType.BF16) {
            throw new LotaException("--value-type must be F32 or BF16, found " + valueType + ".");
        }
    }

    @Override
    String name() {
        return "train";
    }

    @Override
    Mask mask(AdaptedModel adapted) {
        return mask(adapted.base());
    }

    private Mask mask(Checkpoint base) {
        return mask != null ? MaskFile.read(mask) : everything(base);
    }

    @Override
    String result(Job job, RunState end) {
        Ticket ticket = job.ticket(end).withValueType(valueType);
        TicketFile.write(out, ticket);
        return Words.ticket(out, ticket);
    }

    @Override
    Plan plan() {
        try (Checkpoint base = Checkpoint.open(model)) {
            Mask trained = mask(base);
            int rows = data.rows();
            TrainConfig config = training.config(rows);
            // Four bytes a delta, the base's own bits for reverting, and at most a bit a weight for the indices.
            long size = trained.trainable() * (Float.BYTES + Short.BYTES) + trained.poolSize() / Byte.SIZE;
            return new Plan()
                    .model("model", base)
                    .line(
                            "mask",
                            "%,d of %,d weights trained (sparsity %s)"
                                    .formatted(
                                            trained.trainable(), trained.poolSize(), Words.percent(trained.sparsity())))
                    .training(config, rows, memory.estimate(base, config, trained.trainable(), trained.poolSize()))
                    .disk(out, size);
        }
    }
}
