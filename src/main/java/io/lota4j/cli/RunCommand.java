package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.experiment.WorkEngine;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.recipe.ExperimentReader;
import io.lota4j.internal.yaml.Yaml;
import java.io.PrintWriter;
import java.io.StringWriter;
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
import tools.jackson.databind.util.RawValue;

/// `lota run`: runs what a recipe says.
@Prints(
        value = {},
        sometimes = {
            Key.RESULTS,
            Key.PATH,
            Key.METRICS,
            Key.TRAINED_TOKENS,
            Key.SCORED_TOKENS,
            Key.SECONDS,
            Key.STAGES_DONE,
            Key.STAGES,
            Key.TOKENS_PER_SECOND,
            Key.BYTES,
            Key.FREE_BYTES,
            Key.DETAIL
        })
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
    private EngineOptions engine = new EngineOptions();

    @Mixin
    private ResultOptions printing = new ResultOptions();

    @Mixin
    private CommonOptions common = new CommonOptions();

    RunCommand(Commands commands) {
        this.commands = commands;
    }

    @Override
    public Integer call() {
        Result result = printing.result(spec.commandLine().getOut());
        return result.end(run(result));
    }

    private int run(Result result) {
        if (ExperimentReader.reads(Yaml.read(file))) {
            return experiment(result);
        }
        if (engine.areGiven()) {
            throw new LotaException(
                    "--on and --master are for experiments; " + file + " is a recipe of commands, which run here.");
        }
        Recipe recipe = RecipeSettings.apply(Recipe.read(file), settings);
        List<RecipePlan.PlannedStep> steps = RecipePlan.of(recipe, commands).steps();
        if (Preflight.asked()) {
            return Preflight.answer(!dryRun && steps.stream().anyMatch(RecipePlan.PlannedStep::usesKernel));
        }
        Set<String> written = new HashSet<>();
        for (RecipePlan.PlannedStep step : steps) {
            if (steps.size() > 1) {
                messages()
                        .note(Text.format(
                                "lota: step %d of %d: %s", step.step().number(), steps.size(), step.commandLine()));
            }
            int code = dryRun ? dryRun(step, written, result) : run(step, false, result);
            if (code != ExitCode.OK) {
                return code;
            }
        }
        return ExitCode.OK;
    }

    /// Runs a step; with `--json` its object becomes one of the result.
    private int run(RecipePlan.PlannedStep step, boolean dry, Result result) {
        List<String> more = new ArrayList<>();
        if (dry) {
            more.add("--dry-run");
        }
        if (common.debug()) {
            more.add("--debug");
        }
        if (printing.quiet()) {
            more.add(ResultOptions.QUIET);
        }
        if (!printing.json()) {
            return step.run(spec.commandLine().getOut(), spec.commandLine().getErr(), more);
        }
        more.add(ResultOptions.JSON);
        StringWriter object = new StringWriter();
        int code = step.run(new PrintWriter(object), spec.commandLine().getErr(), more);
        if (code == ExitCode.OK) {
            result.add(
                    Key.RESULTS,
                    Sentence.of("")
                            .with(
                                    command(step),
                                    new Figure(
                                            Key.RESULT,
                                            new RawValue(object.toString().strip()),
                                            "")));
        }
        return code;
    }

    private static Figure command(RecipePlan.PlannedStep step) {
        return Figure.of(Key.COMMAND, step.step().command());
    }

    private int experiment(Result result) {
        if (!settings.isEmpty()) {
            throw new LotaException(
                    "--set replaces values of recipes with a command; edit the experiment " + file + ".");
        }
        if (Preflight.asked()) {
            ExperimentReader.read(file);
            return Preflight.answer(!dryRun);
        }
        ExperimentSession session = new ExperimentSession(
                file, engine.engine(WorkEngine.class, WorkEngine::name, WorkEngine::at), result, messages());
        return dryRun ? session.dryRun() : session.run();
    }

    /// A step that reads what an earlier step would have written cannot be tried before that one has run.
    private int dryRun(RecipePlan.PlannedStep step, Set<String> written, Result result) {
        Optional<String> missing = RecipeOutputs.read(step.step()).stream()
                .filter(written::contains)
                .findFirst();
        written.addAll(RecipeOutputs.written(step.step()));
        if (missing.isPresent()) {
            return says(step, Text.format("needs %s, which an earlier step writes", missing.get()), result);
        }
        if (!step.canDryRun()) {
            return says(step, "would run", result);
        }
        return run(step, true, result);
    }

    private static int says(RecipePlan.PlannedStep step, String detail, Result result) {
        result.add(
                Key.RESULTS,
                Sentence.of("%s", new Figure(Key.DETAIL, detail, step.commandLine() + ": " + detail))
                        .with(command(step)));
        return ExitCode.OK;
    }

    private Messages messages() {
        return printing.messages(spec.commandLine().getErr());
    }

    /// Which files a step writes and which texts it may read: by convention a flag that names an output is called `out`
    /// or ends in `-out`.
    static final class RecipeOutputs {
        private RecipeOutputs() {}

        static Set<String> written(Recipe.Step step) {
            return values(step, true);
        }

        static Set<String> read(Recipe.Step step) {
            return values(step, false);
        }

        private static Set<String> values(Recipe.Step step, boolean outputs) {
            Set<String> values = new HashSet<>();
            step.flags().forEach((key, value) -> {
                if ((key.equals("out") || key.endsWith("-out")) == outputs) {
                    List<Yaml> items = value instanceof Yaml.Items list ? list.items() : List.of(value);
                    items.forEach(item -> {
                        if (item instanceof Yaml.Text text) {
                            values.add(text.text());
                        }
                    });
                }
            });
            return values;
        }
    }
}
