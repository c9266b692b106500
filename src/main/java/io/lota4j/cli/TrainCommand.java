package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.checkpoint.DType;
import io.lota4j.data.Dataset;
import io.lota4j.data.Tokenizer;
import io.lota4j.kernel.java.JavaKernel;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.train.AdaptedModel;
import io.lota4j.train.Job;
import io.lota4j.train.RunState;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command
final class TrainCommand extends BaseCommand {
    @Option(names = "--model", required = true, paramLabel = "DIR", description = "The base, a Hugging Face directory.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path model;

    @Option(names = "--mask", paramLabel = "M", description = "Which weights to train.")
    private @Nullable Path mask;

    @Option(names = "--dense", description = "Train the whole pool, instead of --mask: full fine-tuning.")
    private boolean dense;

    @Mixin
    private DataOptions data = new DataOptions();

    @Mixin
    private TrainingOptions training = new TrainingOptions();

    @Mixin
    private PoolOptions pool = new PoolOptions();

    @Option(names = "--out", required = true, paramLabel = "T.ticket.safetensors", description = "The ticket to write.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path out;

    @Option(
            names = "--value-type",
            paramLabel = "TYPE",
            defaultValue = "F32",
            description = "What the ticket keeps its deltas as: F32 or BF16 (default: ${DEFAULT-VALUE}).")
    private DType valueType = DType.F32;

    @Mixin
    private StateOptions state = new StateOptions();

    @Override
    void check() {
        Outputs.check(out);
        if ((mask == null) != dense) {
            throw new LotaException("Give either --mask or --dense; found " + (dense ? "both." : "neither."));
        }
        if (valueType != DType.F32 && valueType != DType.BF16) {
            throw new LotaException("--value-type must be F32 or BF16, found " + valueType + ".");
        }
    }

    @Override
    int execute() {
        try (Tokenizer tokenizer = Tokenizer.of(model)) {
            Dataset examples = data.load(data.encoder(model, tokenizer), err());
            if (data.previewed(examples, tokenizer, out())) {
                return ExitCode.OK;
            }
            try (AdaptedModel adapted = AdaptedModel.open(model)) {
                return train(adapted, examples);
            }
        }
    }

    private int train(AdaptedModel adapted, Dataset examples) {
        Job job = new Job(
                adapted,
                mask(adapted.base()),
                examples,
                training.config(examples.examples().size()),
                new JavaKernel());
        Optional<RunState> end = new TrainingRun("train", err()).run(job, state, out);
        if (end.isEmpty()) {
            return ExitCode.INTERRUPTED;
        }
        Ticket ticket =
                adapted.ticket(job.mask(), job.provenance("train", end.get())).withValueType(valueType);
        TicketFile.write(out, ticket);
        TrainingRun.forget(state.file(out));
        out().println(Words.ticket(out, ticket));
        return ExitCode.OK;
    }

    private Mask mask(Checkpoint base) {
        return mask != null
                ? MaskFile.read(mask)
                : Mask.full(
                        base.fingerprint().hex(),
                        pool.pool().toString(),
                        pool.pool().select(base.tensors()));
    }

    @Override
    Plan plan() {
        try (Checkpoint base = Checkpoint.open(model)) {
            Mask trained = mask(base);
            int rows = data.rows();
            // Four bytes a delta, the base's own bits for reverting, and at most a bit a weight for the indices.
            long size = trained.trainable() * (Float.BYTES + Short.BYTES) + trained.poolSize() / Byte.SIZE;
            return new Plan()
                    .model("model", base)
                    .line(
                            "mask",
                            "%,d of %,d weights trained (sparsity %s)"
                                    .formatted(
                                            trained.trainable(), trained.poolSize(), Words.percent(trained.sparsity())))
                    .training(base, training.config(rows), rows, trained.trainable())
                    .disk(out, size);
        }
    }
}
