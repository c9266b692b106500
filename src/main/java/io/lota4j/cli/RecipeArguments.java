package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.yaml.Yaml;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Translates the keys of a recipe's step into arguments of its command, by what the command declares: a command
/// needs no code of its own to have a recipe form.
///
/// @param file the recipe, for messages
/// @param spec the command that the step names
record RecipeArguments(Path file, CommandSpec spec) {
    /// The arguments that follow the command's name
    /// @throws LotaException when a key is none of the command's flags, or its value has the wrong shape
    List<String> of(Recipe.Step step) {
        SequencedMap<String, OptionSpec> known = options();
        List<String> arguments = new ArrayList<>();
        List<String> positional = new ArrayList<>();
        for (var entry : step.flags().entrySet()) {
            String key = entry.getKey();
            Yaml value = entry.getValue();
            OptionSpec option = known.get(key);
            if (option != null) {
                arguments.addAll(isSwitch(option) ? flip(key, option, value) : give(key, option, value));
            } else if (key.equals(Recipe.POSITIONAL) && takesPositionals()) {
                positional.addAll(texts(key, value));
            } else {
                throw unknown(key, value, step.command(), known.sequencedKeySet());
            }
        }
        if (!positional.isEmpty()) {
            arguments.add("--");
            arguments.addAll(positional);
        }
        return arguments;
    }

    /// The long flags without their dashes, but for help and version.
    private SequencedMap<String, OptionSpec> options() {
        SequencedMap<String, OptionSpec> options = new TreeMap<>();
        for (var names : List.of(spec.optionsMap(), spec.negatedOptionsMap())) {
            names.forEach((name, option) -> {
                if (name.startsWith("--") && !option.usageHelp() && !option.versionHelp()) {
                    options.put(name.substring(2), option);
                }
            });
        }
        return options;
    }

    private boolean takesPositionals() {
        return !spec.positionalParameters().isEmpty();
    }

    private static boolean isSwitch(OptionSpec option) {
        return option.arity().max() == 0;
    }

    private List<String> flip(String key, OptionSpec option, Yaml value) {
        if (!(value instanceof Yaml.Text(String text, int line)) || !(text.equals("true") || text.equals("false"))) {
            throw problem(value, Text.format("'%s' is a switch: expected true or false, found %s", key, value.kind()));
        }
        if (text.equals("true")) {
            return List.of("--" + key);
        }
        return option.negatable()
                ? List.of(spec.negatableOptionTransformer().makeNegative("--" + key, spec))
                : List.of();
    }

    private List<String> give(String key, OptionSpec option, Yaml value) {
        if (value instanceof Yaml.Items && !option.isMultiValue()) {
            throw problem(value, Text.format("'%s' takes one value, found a list", key));
        }
        // Attached, so that a value may start with a dash or be empty.
        return texts(key, value).stream().map(text -> "--" + key + "=" + text).toList();
    }

    private List<String> texts(String key, Yaml value) {
        return switch (value) {
            case Yaml.Text text -> List.of(text.text());
            case Yaml.Items list ->
                list.items().stream().map(item -> text(key, item)).toList();
            case Yaml.Nothing nothing -> throw problem(value, Text.format("'%s' has no value", key));
            case Yaml.Mapping mapping ->
                throw problem(
                        value,
                        Text.format(
                                "'%s' takes a value, found a mapping (a text that starts with { must be in quotes)",
                                key));
        };
    }

    private String text(String key, Yaml item) {
        if (item instanceof Yaml.Text text) {
            return text.text();
        }
        throw problem(item, Text.format("the elements of '%s' must be texts or numbers, found %s", key, item.kind()));
    }

    private LotaException unknown(String key, Yaml value, String command, Iterable<String> options) {
        List<String> known = new ArrayList<>();
        options.forEach(known::add);
        if (takesPositionals()) {
            known.add(Recipe.POSITIONAL);
        }
        String dashed = dashed(key);
        String hint = known.contains(dashed)
                ? Text.format("did you mean '%s'?", dashed)
                : hint(dashed, known).orElse("expected one of " + String.join(", ", known));
        return problem(value, Text.format("unknown key '%s' of command '%s'; %s", key, command, hint));
    }

    private static Optional<String> hint(String dashed, List<String> known) {
        return OptionNames.hint(
                        "--" + dashed, known.stream().map(name -> "--" + name).toList())
                .map(text -> text.replace("'--", "'"));
    }

    /// `maxLength`, `max_length` and `--max-length` as `max-length`.
    private static String dashed(String key) {
        return key.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-")
                .replace('_', '-')
                .replaceFirst("^-+", "")
                .toLowerCase(Locale.ROOT);
    }

    private LotaException problem(Yaml value, String what) {
        return value.line() == 0 ? new LotaException("--set: " + what) : Recipe.problem(file, value.line(), what);
    }
}
