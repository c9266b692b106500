package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.cli.Commands.CommandEntry;
import io.lota4j.internal.Suggestions;
import io.lota4j.internal.Text;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/// A recipe's steps as command lines, all of them checked before the first one runs: a typo in the last step must not
/// come out after hours of training.
///
/// @param steps in order
record RecipePlan(List<PlannedStep> steps) {
    private static final String DRY_RUN = "--dry-run";

    /// One step ready to run.
    ///
    /// @param step what the recipe says
    /// @param entry the command
    /// @param arguments what follows the command's name
    /// @param canDryRun whether the command knows `--dry-run`
    /// @param places what it reads and writes
    /// @param usesKernel whether the Vector API makes it fast
    record PlannedStep(
            Recipe.Step step,
            CommandEntry entry,
            List<String> arguments,
            boolean canDryRun,
            CommandPaths places,
            boolean usesKernel) {
        /// As one would type it.
        String commandLine() {
            StringBuilder text = new StringBuilder("lota ").append(entry.name());
            arguments.forEach(argument -> text.append(' ').append(ShellQuote.quote(argument)));
            return text.toString();
        }

        /// @param more switches, which the step may have itself
        int run(PrintWriter out, PrintWriter err, List<String> more) {
            List<String> all = new ArrayList<>(more);
            all.removeAll(arguments);
            // In front of the step's own, which may end with positional parameters, but behind a nested command.
            int nested = step.command().split(" ").length - 1;
            all.addAll(0, arguments.subList(0, nested));
            all.addAll(arguments.subList(nested, arguments.size()));
            return CommandLines.of(entry, out, err).execute(all.toArray(String[]::new));
        }
    }

    /// @throws LotaException when a step names no command, a command does not accept what its step gives it, or a step
    ///     would write over what it or another reads or writes
    static RecipePlan of(Recipe recipe, Commands commands) {
        List<PlannedStep> steps = recipe.steps().stream()
                .map(step -> plan(recipe, step, commands))
                .toList();
        List<CommandPaths> before = new ArrayList<>();
        for (PlannedStep step : steps) {
            try {
                step.places().reads("the recipe", recipe.file()).checkAfter(before);
            } catch (LotaException e) {
                throw new LotaException(recipe.where(step.step()) + ": " + e.getMessage(), e);
            }
            before.add(step.places());
        }
        return new RecipePlan(steps);
    }

    private static PlannedStep plan(Recipe recipe, Recipe.Step step, Commands commands) {
        String[] words = step.command().split(" ");
        CommandEntry entry = commands.find(words[0])
                .filter(command -> !command.name().equals(RunCommand.NAME)
                        && !command.name().equals(CompletionCommand.NAME))
                .orElseThrow(() -> unknown(recipe, step, words[0], commands.names()));
        CommandLine line = CommandLines.of(entry, nowhere(), nowhere());
        List<String> nested = Arrays.asList(words).subList(1, words.length);
        CommandSpec spec = nested(recipe, step, line, nested);
        List<String> arguments = new ArrayList<>(nested);
        arguments.addAll(new RecipeArguments(recipe.file(), spec).of(step));
        try {
            line.parseArgs(arguments.toArray(String[]::new));
            if (spec.userObject() instanceof BaseCommand command) {
                command.checkOptions();
            }
        } catch (ParameterException e) {
            throw new LotaException(recipe.where(step) + ": " + UsageErrors.message(e), e);
        }
        if (!(spec.userObject() instanceof Callable)) {
            throw Recipe.problem(
                    recipe.file(),
                    step.line(),
                    Text.format(
                            "'%s' is a group of commands; expected one of %s",
                            step.command(), String.join(", ", spec.subcommands().keySet())));
        }
        CommandPaths places =
                spec.userObject() instanceof BaseCommand command ? command.places() : CommandPaths.of(spec);
        boolean usesKernel = spec.userObject() instanceof BaseCommand command && command.usesKernel();
        return new PlannedStep(
                step, entry, List.copyOf(arguments), spec.findOption(DRY_RUN) != null, places, usesKernel);
    }

    private static PrintWriter nowhere() {
        return new PrintWriter(Writer.nullWriter());
    }

    private static CommandSpec nested(Recipe recipe, Recipe.Step step, CommandLine top, List<String> names) {
        CommandLine line = top;
        for (String name : names) {
            CommandLine next = line.getSubcommands().get(name);
            if (next == null) {
                throw unknown(recipe, step, name, line.getSubcommands().keySet());
            }
            line = next;
        }
        return line.getCommandSpec();
    }

    private static LotaException unknown(Recipe recipe, Recipe.Step step, String name, Collection<String> known) {
        String hint = Suggestions.nearest(name, known)
                .map(near -> Text.format("; did you mean '%s'?", near))
                .orElse("");
        return Recipe.problem(
                recipe.file(), step.line(), Text.format("no recipe can run the command '%s'%s", step.command(), hint));
    }

    /// Writes an argument so that a POSIX shell reads it back.
    static final class ShellQuote {
        private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=,@%+-]+");

        private ShellQuote() {}

        static String quote(String argument) {
            return PLAIN.matcher(argument).matches() ? argument : "'" + argument.replace("'", "'\\''") + "'";
        }
    }
}
