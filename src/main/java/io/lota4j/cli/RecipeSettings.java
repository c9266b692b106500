package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.yaml.Yaml;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `--set KEY=VALUE`: replaces values of a recipe, or adds them.
///
/// In a recipe of several steps `KEY` changes every step that has the key, and `2.KEY` sets the key of step 2 alone.
/// The same key again makes a list. Values are taken as they are, not as YAML.
final class RecipeSettings {
    private static final Pattern SETTING = Pattern.compile("(?:(\\d{1,9})\\.)?([^=]+)=(.*)", Pattern.DOTALL);

    private RecipeSettings() {}

    /// @throws LotaException when a setting is malformed or fits no step
    static Recipe apply(Recipe recipe, List<String> settings) {
        SequencedMap<String, List<Yaml>> values = new LinkedHashMap<>();
        for (String setting : settings) {
            Matcher parts = SETTING.matcher(setting);
            if (!parts.matches()) {
                throw new LotaException(Text.format("--set '%s': expected KEY=VALUE", setting));
            }
            String target = parts.group(1) == null ? parts.group(2) : parts.group(1) + "." + parts.group(2);
            values.computeIfAbsent(target, t -> new ArrayList<>()).add(new Yaml.Text(parts.group(3), 0));
        }
        Recipe changed = recipe;
        for (var entry : values.entrySet()) {
            List<Yaml> items = entry.getValue();
            Yaml value = items.size() == 1 ? items.getFirst() : new Yaml.Items(items, 0);
            changed = set(changed, entry.getKey(), value);
        }
        return changed;
    }

    private static Recipe set(Recipe recipe, String target, Yaml value) {
        int dot = target.indexOf('.');
        String key = target.substring(dot + 1);
        int number = dot < 0 ? 0 : Integer.parseInt(target.substring(0, dot));
        boolean alone = recipe.steps().size() == 1;
        List<Recipe.Step> steps = new ArrayList<>();
        boolean found = false;
        for (Recipe.Step step : recipe.steps()) {
            boolean meant = number == 0 ? alone || step.flags().containsKey(key) : number == step.number();
            found |= meant;
            steps.add(meant ? with(step, key, value) : step);
        }
        if (!found) {
            throw new LotaException(
                    number == 0
                            ? Text.format(
                                    "--set %s: no step of %s has this key; name the step, as in --set 1.%s=...",
                                    key, recipe.file(), key)
                            : Text.format(
                                    "--set %s: %s has %d steps",
                                    target, recipe.file(), recipe.steps().size()));
        }
        return new Recipe(recipe.file(), steps);
    }

    private static Recipe.Step with(Recipe.Step step, String key, Yaml value) {
        SequencedMap<String, Yaml> flags = new LinkedHashMap<>(step.flags());
        flags.put(key, value);
        return new Recipe.Step(step.number(), step.command(), step.line(), flags);
    }
}
