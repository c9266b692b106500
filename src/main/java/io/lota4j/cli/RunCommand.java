package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.recipe.ExperimentReader;
import io.lota4j.internal.yaml.Yaml;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `lota run`: runs what a recipe says.
@Command(
        footer = {
            "",
            "A recipe is a YAML file with 'command: train' and the command's long flags without their dashes,",
            "or with 'steps:', a list of such mappings. Paths are relative to the working directory."
        })
final class RunCommand implements Callable<Integer> {
    static final String NAME = "run";

    private final Commands commands;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Reads
    @Parameters(paramLabel = "RECIPE", description = "The recipe, a YAML file.")
    private Path file = Path.of("");

    @Option(names = "--dry-run", description = "Check every step, say what would happen, and stop.")
    private boolean dryRun;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Replace a value of the recipe (2.KEY=VALUE: of step 2 alone). Repeat for a list.")
    private List<String> settings = new ArrayList<>();

    @Mixin
    private CommonOptions common = new CommonOptions();

    RunCommand(Commands commands) {
        this.commands = commands;
    }

    @Override
    public Integer call() {
        if (ExperimentReader.reads(Yaml.read(file))) {
            return experiment();
        }
        Recipe recipe = RecipeSettings.apply(Recipe.read(file), settings);
        List<RecipePlan.PlannedStep> steps = RecipePlan.of(recipe, commands).steps();
        if (Preflight.asked()) {
            return Preflight.answer(!dryRun && steps.stream().anyMatch(RecipePlan.PlannedStep::usesKernel));
        }
        Set<String> written = new HashSet<>();
        for (RecipePlan.PlannedStep step : steps) {
            if (steps.size() > 1) {
                err().println(Text.format(
                        "lota: step %d of %d: %s", step.step().number(), steps.size(), step.commandLine()));
            }
            int code = dryRun ? dryRun(step, written) : step.run(out(), err(), debug());
            if (code != ExitCode.OK) {
                return code;
            }
        }
        return ExitCode.OK;
    }

    private int experiment() {
        if (!settings.isEmpty()) {
            throw new LotaException(
                    "--set replaces values of recipes with a command; edit the experiment " + file + ".");
        }
        if (Preflight.asked()) {
            ExperimentReader.read(file);
            return Preflight.answer(!dryRun);
        }
        ExperimentSession session = new ExperimentSession(file, out(), err());
        return dryRun ? session.dryRun() : session.run();
    }

    /// A step that reads what an earlier step would have written cannot be tried before that one has run.
    private int dryRun(RecipePlan.PlannedStep step, Set<String> written) {
        Optional<String> missing = RecipeOutputs.read(step.step()).stream()
                .filter(written::contains)
                .findFirst();
        written.addAll(RecipeOutputs.written(step.step()));
        if (missing.isPresent()) {
            out().println(Text.format("%s: needs %s, which an earlier step writes", step.commandLine(), missing.get()));
            return ExitCode.OK;
        }
        if (!step.canDryRun()) {
            out().println(Text.format("%s: would run", step.commandLine()));
            return ExitCode.OK;
        }
        return step.dryRun(out(), err());
    }

    private String[] debug() {
        return common.debug() ? new String[] {"--debug"} : new String[0];
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
