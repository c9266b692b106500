package io.lota4j.cli;

import io.lota4j.EvalOptions;
import io.lota4j.Lota;
import io.lota4j.LotaException;
import io.lota4j.ShrinkOptions;
import io.lota4j.Shrunk;
import io.lota4j.data.Dataset;
import io.lota4j.data.file.DataFiles;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.model.Loadable;
import io.lota4j.internal.model.ModelConfig;
import io.lota4j.internal.peft.ScaledAdapter;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.ticket.ShrinkRule;
import io.lota4j.ticket.Shrinkage;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.train.MemoryEstimate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `lota ticket shrink`: makes a ticket no larger than its task needs.
@Prints(
        value = {
            Key.ALPHA,
            Key.SMALLEST_ALPHA,
            Key.MARGIN,
            Key.JUDGED_BY,
            Key.WHOLE_SCORE,
            Key.KEPT_SCORE,
            Key.SCORE_BEFORE,
            Key.PATH,
            Key.CHANGED,
            Key.POOL_SIZE,
            Key.DENSITY,
            Key.BYTES
        },
        sometimes = {Key.RIGHT, Key.RIGHT_AT_START, Key.GUESS, Key.P_START, Key.P_GUESS, Key.ADAPTER})
@Command(
        name = "shrink",
        description = "Make a ticket no larger than its task needs, by validation rows: less of it disturbs what else"
                + " the model knows.")
final class ShrinkCommand extends BaseCommand {
    private static final String ADAPTER_OUT = "--adapter-out";

    @Mixin
    private BaseOption model = new BaseOption();

    @Reads
    @Option(
            names = "--ticket",
            required = true,
            paramLabel = "T",
            description = "The ticket to shrink, or a PEFT adapter's folder.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path ticket;

    @Reads
    @Option(
            names = "--below",
            paramLabel = "T0",
            description = "A ticket that lies below it, as that of an earlier task; it is not shrunk. Repeat for"
                    + " several.")
    private List<Path> below = new ArrayList<>();

    @Reads
    @Option(
            names = "--validation",
            required = true,
            paramLabel = "F",
            description = "Rows of the ticket's own task that it was not trained on.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path validation;

    @Option(
            names = "--split",
            paramLabel = "NAME",
            description = "Which split of a folder of validation rows is taken (default: train).")
    private @Nullable String split;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "128",
            converter = Numbers.Count.class,
            description = "Score the first N validation rows only (default: ${DEFAULT-VALUE}).")
    private int most;

    @Mixin
    private ChatOptions rows = new ChatOptions();

    @Option(
            names = "--tolerance",
            paramLabel = "X",
            defaultValue = "0.01",
            converter = Numbers.Fraction.class,
            description = "What may be lost: a share of the rows' right answers with --generate, else a share of what"
                    + " the ticket gains in loss (default: ${DEFAULT-VALUE}).")
    private double tolerance;

    @Option(
            names = "--margin",
            paramLabel = "M",
            defaultValue = "1.5",
            converter = Numbers.Positive.class,
            description = "Keep M times as much of the ticket as the rows need, at least 1; 2 where many tasks come"
                    + " after it (default: ${DEFAULT-VALUE}).")
    private double margin;

    @Option(
            names = "--generate",
            paramLabel = "K",
            converter = Numbers.Count.class,
            description = "Judge by greedy answers of at most K tokens, compared with the reference, instead of by the"
                    + " loss. Where the ticket's answers are not clearly better than those without it and than a"
                    + " guess, the loss decides all the same.")
    private int generate;

    @Option(
            names = "--answer",
            paramLabel = "REGEX",
            description = "With --generate: compare only what the first group of this expression captures (in its last"
                    + " match).")
    private @Nullable String answer;

    @Option(
            names = "--batch",
            paramLabel = "B",
            defaultValue = "8",
            converter = Numbers.Count.class,
            description = "Rows per batch; the result does not depend on it (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = MemoryOptions.MAPPED, description = MemoryOptions.MAPPED_HELP)
    private boolean mapped;

    @Mixin
    private DeviceOption device = new DeviceOption();

    @Writes(OutputKind.RESULT)
    @Option(names = "--out", required = true, paramLabel = "T2", description = "The smaller ticket to write.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path out;

    @Writes(OutputKind.DIRECTORY)
    @Option(
            names = ADAPTER_OUT,
            paramLabel = "DIR2",
            description = "Of a LoRA adapter: also write it with its B made smaller, new or empty.")
    private @Nullable Path adapterOut;

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private ForceOption force = new ForceOption();

    @Override
    void checkOptions(OptionRules rules) {
        if (generate == 0) {
            rules.refuse("--answer", "a score without answers; add --generate");
        }
    }

    @Override
    void check() {
        options(List.of());
        if (adapterOut != null && !Files.isDirectory(ticket)) {
            throw new LotaException(
                    Text.format("%s needs the folder of a PEFT adapter as --ticket; %s is none.", ADAPTER_OUT, ticket));
        }
    }

    @Override
    boolean usesKernel() {
        return generate > 0;
    }

    private ShrinkOptions options(List<Ticket> lower) {
        EvalOptions scoring = new EvalOptions(batch, generate, null);
        return new ShrinkOptions(
                answer == null ? scoring : scoring.matching(answer), new ShrinkRule(tolerance, margin), lower);
    }

    private DataFiles files() {
        DataFiles files = DataFiles.of(validation);
        return split == null ? files : files.split(split);
    }

    private MemoryPolicy policy() {
        return mapped ? MemoryOptions.ONLY_MAPPED : MemoryPolicy.KEEP;
    }

    /// Beside the model: the ticket, a part of it, and the weights before.
    private long memory(MemoryPolicy policy, Ticket whole, List<Ticket> lower) {
        long changed = whole.nnz() + lower.stream().mapToLong(Ticket::nnz).sum();
        return MemoryEstimate.scoring(ModelConfig.of(model.path()), policy.base(), changed)
                        .total()
                + 3L * Float.BYTES * whole.nnz();
    }

    @Override
    DryRun plan() {
        try (Checkpoint base = Checkpoint.open(model.path())) {
            QuietLibraries.quieten();
            Loadable loaded = Loadable.of(base);
            DryRun plan = new DryRun().model(loaded);
            Ticket whole = read();
            AdaptedModel.requireTensors(base, loaded.weights().keySet(), whole);
            plan.line("ticket", Text.format("%s: %,d of %,d weights", ticket, whole.nnz(), whole.poolSize()));
            List<Ticket> lower = TicketFiles.read(model.path(), below, messages());
            for (Ticket other : lower) {
                AdaptedModel.requireTensors(base, loaded.weights().keySet(), other);
            }
            int count = files().count(most);
            plan.line(
                    "validation",
                    Text.format(
                            "%,d rows of %s, scored 7 times by %s",
                            count,
                            validation,
                            generate > 0 ? "right answers, where these say something, else by loss" : "loss"));
            plan.line("keeps", Text.format("all but %s, times a margin of %s", tolerance, margin));
            return plan.memory(memory(policy(), whole, lower)).disk(out, ticketBytes());
        }
    }

    private long ticketBytes() {
        return ticket.toFile().isFile() ? ticket.toFile().length() : 0;
    }

    private Ticket read() {
        return TicketFiles.read(model.path(), List.of(ticket), messages()).getFirst();
    }

    @Override
    int execute(Result result) {
        try (Lota lota = warned(Lota.open(model.path(), device.device(), KernelChoice.AUTO, policy()))) {
            Dataset examples = rows.load(lota, files(), most, false);
            messages().tellAll(examples.notices());
            Ticket whole = read();
            List<Ticket> lower = TicketFiles.read(model.path(), below, messages());
            MemoryOptions.warn(
                    policy(), List.of(MemoryOptions.ONLY_MAPPED), policy -> memory(policy, whole, lower), messages());
            Shrunk shrunk = shrink(lota, whole, examples, options(lower));
            tell(result, shrunk.how());
            messages().tellAll(shrunk.how().notices());
            result.say(Rescue.write(out, file -> {
                TicketFile.write(file, shrunk.ticket());
                return ResultLines.ticket(file, shrunk.ticket());
            }));
            if (adapterOut != null) {
                ScaledAdapter.write(
                        ticket,
                        shrunk.how().alpha(),
                        shrunk.how()
                                .origin(examples.digests(), examples.examples().size()),
                        adapterOut);
                result.line(Text.format(
                        "%s: the adapter, its B times %s",
                        adapterOut, shrunk.how().alpha()));
                result.also(Key.ADAPTER, adapterOut.toString());
            }
        }
        return ExitCode.OK;
    }

    private static void tell(Result result, Shrinkage how) {
        result.line(how.text());
        result.also(Key.ALPHA, how.alpha());
        result.also(Key.SMALLEST_ALPHA, how.smallest());
        result.also(Key.MARGIN, how.rule().margin());
        result.also(Key.JUDGED_BY, how.by().toString());
        result.also(Key.WHOLE_SCORE, how.whole());
        result.also(Key.KEPT_SCORE, how.kept());
        result.also(Key.SCORE_BEFORE, how.before());
        how.answers().ifPresent(gain -> {
            result.line("whole ticket: " + gain.text());
            result.also(Key.RIGHT, gain.right());
            result.also(Key.RIGHT_AT_START, gain.rightAtStart());
            result.also(Key.GUESS, gain.guess());
            result.also(Key.P_START, gain.pStart());
            result.also(Key.P_GUESS, gain.pGuess());
        });
    }

    private Shrunk shrink(Lota lota, Ticket whole, Dataset examples, ShrinkOptions options) {
        try (Shown shown = new Shown(messages())) {
            return lota.shrink(whole, examples, options, shown, () -> false).orElseThrow();
        }
    }

    /// A progress line for each scoring.
    private static final class Shown implements ShrinkOptions.Listener, AutoCloseable {
        private final PartBar bar;
        private long began = System.nanoTime();

        Shown(Messages messages) {
            this.bar = new PartBar(messages);
        }

        @Override
        public void at(double alpha, int done, int all, long tokens) {
            bar.at(
                    Text.format("score %s of the ticket", ResultLines.percent(alpha)),
                    done,
                    all,
                    tokens / ((System.nanoTime() - began) / 1e9),
                    Double.NaN);
            began = done == all ? System.nanoTime() : began;
        }

        @Override
        public void close() {
            bar.close();
        }
    }
}
