package io.lota4j.cli;

import io.lota4j.LotaException;
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

    @ArgGroup(exclusive = false, heading = "Fitting coefficients (--method fit):%n")
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
            description = "With a recipe or --method fit: discard what a merge that was stopped has left, and begin"
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
            fit.model();
            fit.prompts(tickets);
        } else {
            fit.refuse();
        }
        if (recipe == null && dtype != null) {
            throw new LotaException(
                    "--dtype is for a recipe; a merged ticket has deltas of F32, and 'apply --dtype' says "
                            + "what the model is written as.");
        }
        if (recipe == null && restart && !options.fits()) {
            throw new LotaException(
                    "--restart is for a recipe or a fit; a merge of tickets leaves nothing unfinished.");
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
        } else if (options.fits()) {
            Path state = FitMerge.state(out, restart).file();
            if (state != null) {
                places.writes("the unfinished fit", state, OutputKind.STATE);
            }
        }
    }

    @Override
    DryRun plan() {
        if (recipe != null) {
            return merge(recipe).plan();
        }
        return options.fits() ? fitting().plan() : options.plan(tickets, out);
    }

    @Override
    void checkOptions(OptionRules rules) {
        if (!options.fits()) {
            rules.refuseMixin("kernel", "a merge that fits nothing");
        }
    }

    @Override
    boolean usesKernel() {
        return options.fits() && kernel.mayUseVector();
    }

    private FitMerge fitting() {
        return new FitMerge(
                fit.model(),
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
        options.merge(tickets, out, result);
        return ExitCode.OK;
    }
}
