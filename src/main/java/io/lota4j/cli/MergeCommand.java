package io.lota4j.cli;

import io.lota4j.EvalOptions;
import io.lota4j.LotaException;
import io.lota4j.TuneOptions;
import io.lota4j.checkpoint.DType;
import io.lota4j.internal.merge.run.ModelMerge;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command
@Prints(
        value = {Key.PATH, Key.BYTES},
        sometimes = {
            Key.CHANGED,
            Key.POOL_SIZE,
            Key.DENSITY,
            Key.MODELS,
            Key.PAIRS,
            Key.FITTED,
            Key.TRIED,
            Key.FACTOR,
            Key.TENSOR_COUNT,
            Key.METHOD,
            Key.ROUNDING,
            Key.INEXACT,
            Key.NOT_COPIED
        })
final class MergeCommand extends BaseCommand {
    @Reads
    @Parameters(
            arity = "0..1",
            paramLabel = "RECIPE",
            description = "A merge recipe, such as mergekit's: which models, and how.")
    private @Nullable Path recipe;

    @Reads
    @Option(
            names = "--ticket",
            paramLabel = "T",
            description = "Instead of a recipe: a ticket to merge into a ticket. Repeat for each.")
    private List<Path> tickets = new ArrayList<>();

    @ArgGroup(exclusive = false, heading = "Merging tickets:%n")
    private TicketMergeOptions options = new TicketMergeOptions();

    @ArgGroup(
            exclusive = false,
            heading = "Fitting coefficients (--method fit) or choosing a factor (--tune factor):%n")
    private FitOptions fit = new FitOptions();

    @Mixin
    private KernelOptions kernel = new KernelOptions();

    @Writes(OutputKind.RESULT)
    @Option(
            names = "--out",
            required = true,
            paramLabel = "OUT",
            description = "The model directory to write, new or empty; or the ticket, F.ticket.safetensors.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path out;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            converter = WeightType.class,
            description = "With a recipe: write all weights as " + WeightType.NAMES
                    + ", whatever type it names. F32 keeps changes that are too small for BF16 or F16.")
    private @Nullable DType dtype;

    @Option(
            names = "--restart",
            description =
                    "With a recipe, --method fit or --tune: discard what a merge that was stopped has left, and begin"
                            + " anew. Without it the same command resumes.")
    private boolean restart;

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private ForceOption force = new ForceOption();

    @Override
    void check() {
        if ((recipe == null) == tickets.isEmpty()) {
            throw new LotaException(
                    "Give either a recipe or tickets (--ticket); found " + (recipe == null ? "neither." : "both."));
        }
        if (recipe != null) {
            options.refuse();
        }
        if (options.fits()) {
            fit.refuseTune();
            fit.model("--method fit");
            fit.prompts(tickets);
        } else if (options.tunes()) {
            fit.refuseFit();
            tuning();
        } else {
            fit.refuse();
        }
        if (recipe == null && dtype != null) {
            throw new LotaException(
                    "--dtype is for a recipe; a merged ticket has deltas of F32, and 'apply --dtype' says "
                            + "what the model is written as.");
        }
        if (recipe == null && restart && !runs()) {
            throw new LotaException(
                    "--restart is for a recipe, a fit or --tune; a merge of tickets leaves nothing unfinished.");
        }
    }

    @Override
    void addTo(CommandPaths places) {
        if (recipe != null) {
            places.makes(out, OutputKind.DIRECTORY);
            Path unfinished = ModelMerge.unfinished(out);
            if (!unfinished.startsWith(out)) {
                places.writes("the unfinished merge", unfinished, OutputKind.FOLDER);
            }
        } else if (runs()) {
            Path state = FitMerge.state(out, restart).file();
            if (state != null) {
                places.writes("the unfinished search", state, OutputKind.STATE);
            }
        }
    }

    @Override
    DryRun plan() {
        if (recipe != null) {
            return merge(recipe).plan();
        }
        if (options.fits()) {
            return fitting().plan();
        }
        DryRun plan = options.plan(tickets, out);
        return options.tunes() ? tuning().plan(plan) : plan;
    }

    @Override
    void checkOptions(OptionRules rules) {
        if (!runs()) {
            rules.refuseMixin("kernel", "a merge that runs nothing");
        }
    }

    @Override
    boolean usesKernel() {
        return runs() && kernel.mayUseVector();
    }

    /// Whether the model is run.
    private boolean runs() {
        return options.fits() || options.tunes();
    }

    private TuneMerge tuning() {
        return new TuneMerge(
                fit.model("--tune factor"),
                kernel.device(),
                kernel.choice(),
                tickets,
                fit.validation(tickets),
                options.how(),
                TuneOptions.by(fit.scoring(tickets).toArray(EvalOptions[]::new)),
                out,
                options.report(),
                restart);
    }

    private FitMerge fitting() {
        return new FitMerge(
                fit.model("--method fit"),
                kernel.device(),
                kernel.choice(),
                tickets,
                fit.prompts(tickets),
                fit.config(options.seed()),
                out,
                options.report(),
                restart);
    }

    private RecipeMerge merge(Path file) {
        return new RecipeMerge(file, Optional.ofNullable(dtype), out);
    }

    @Override
    int execute(Result result) {
        if (recipe != null) {
            return merge(recipe).run(restart, result, messages());
        }
        if (options.fits()) {
            return fitting().run(result, messages());
        }
        if (options.tunes()) {
            return tuning().run(result, messages());
        }
        options.merge(tickets, out, result);
        return ExitCode.OK;
    }
}
