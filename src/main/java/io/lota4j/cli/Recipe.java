package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.yaml.Yaml;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// A command line written as a file: a YAML mapping of `command` and the command's long flags without their dashes,
/// or `steps`, a list of such mappings that run in order. Paths are relative to the working directory, as on the
/// command line.
///
/// @param file where it was read, for messages
/// @param steps at least one
record Recipe(Path file, List<Step> steps) {
    /// The key that names the command; a nested one has a space (`mask and`).
    static final String COMMAND = "command";

    /// The key of the list of arguments that belong to no flag.
    static final String POSITIONAL = "positional";

    private static final String STEPS = "steps";

    /// One command of a recipe.
    ///
    /// @param number from 1
    /// @param command as written, words separated by one space
    /// @param line where the command is named
    /// @param flags every key but `command`, in file order
    record Step(int number, String command, int line, SequencedMap<String, Yaml> flags) {}

    /// @throws LotaException when the file is no recipe; the message names file and line
    static Recipe read(Path file) {
        if (!(Yaml.read(file) instanceof Yaml.Mapping recipe)) {
            throw new LotaException(Text.format("%s: expected 'command:' and its flags, or 'steps:'", file));
        }
        // Not by `steps` alone: that is also a flag of some commands.
        if (recipe.entries().containsKey(COMMAND) || !(recipe.entries().get(STEPS) instanceof Yaml.Items list)) {
            return new Recipe(file, List.of(step(file, 1, recipe)));
        }
        for (var entry : recipe.entries().entrySet()) {
            if (!entry.getKey().equals(STEPS)) {
                throw problem(
                        file,
                        entry.getValue().line(),
                        Text.format("a recipe with 'steps' has no other keys, found '%s'", entry.getKey()));
            }
        }
        return new Recipe(file, steps(file, list));
    }

    /// How messages about a step begin.
    String where(Step step) {
        return steps.size() == 1
                ? Text.format("%s (%s)", file, step.command())
                : Text.format("%s, step %d (%s)", file, step.number(), step.command());
    }

    private static List<Step> steps(Path file, Yaml.Items list) {
        if (list.items().isEmpty()) {
            throw problem(file, list.line(), "'steps' is empty");
        }
        List<Step> steps = new ArrayList<>();
        for (Yaml item : list.items()) {
            if (!(item instanceof Yaml.Mapping mapping)) {
                throw problem(
                        file,
                        item.line(),
                        Text.format(
                                "step %d must be a mapping of 'command' and its flags, found %s",
                                steps.size() + 1, item.kind()));
            }
            steps.add(step(file, steps.size() + 1, mapping));
        }
        return steps;
    }

    private static Step step(Path file, int number, Yaml.Mapping mapping) {
        Yaml command = mapping.entries().get(COMMAND);
        if (command == null) {
            throw problem(file, mapping.line(), "key 'command' is missing (what to run, such as 'command: train')");
        }
        if (!(command instanceof Yaml.Text name)) {
            throw problem(file, command.line(), "'command' must be a command's name, found " + command.kind());
        }
        SequencedMap<String, Yaml> flags = new LinkedHashMap<>(mapping.entries());
        flags.remove(COMMAND);
        return new Step(number, name.text().strip().replaceAll(" +", " "), name.line(), flags);
    }

    static LotaException problem(Path file, int line, String what) {
        return new LotaException(Text.format("%s, line %d: %s", file, line, what));
    }
}
