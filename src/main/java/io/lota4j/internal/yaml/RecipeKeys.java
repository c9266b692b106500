package io.lota4j.internal.yaml;

import io.lota4j.internal.Suggestions;
import io.lota4j.internal.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/// Takes the mappings of a recipe apart; what does not fit becomes a problem with file and line, and is left
/// out.
public record RecipeKeys(Path file, Problems problems) {
    public void error(Yaml at, String what) {
        error(at.line(), what);
    }

    public void error(int line, String what) {
        problems.error(located(line, what));
    }

    /// About a model that cannot be found.
    public void lost(Yaml at, String what) {
        problems.lost(located(at.line(), what));
    }

    public void warn(int line, String what) {
        problems.warn(located(line, what));
    }

    private String located(int line, String what) {
        return Text.format("%s, line %d: %s", file, line, what);
    }

    /// The mapping that is expected at a place.
    public Optional<Yaml.Mapping> mapping(Yaml value, String where) {
        if (value instanceof Yaml.Mapping mapping) {
            return Optional.of(mapping);
        }
        error(value, Text.format("%s must be a mapping, found %s", where, value.kind()));
        return Optional.empty();
    }

    /// Refuses keys that nobody reads.
    ///
    /// @param where place of the mapping; empty for the whole recipe
    /// @param lending keys that are let through because an anchor under them is used elsewhere
    public void refuseOthers(Yaml.Mapping mapping, String where, List<String> known, Set<String> lending) {
        mapping.entries().forEach((key, value) -> {
            if (!known.contains(key) && !lending.contains(key)) {
                error(value, Text.format("unknown key '%s'; %s", within(where, key), hint(key, known)));
            }
        });
    }

    /// What is meant by a wrong name.
    public static String hint(String wrong, List<String> known) {
        return Suggestions.nearest(wrong, known)
                .map(near -> Text.format("did you mean '%s'?", near))
                .orElse("expected one of " + String.join(", ", known));
    }

    /// A key's text, if the key is there.
    public Optional<Yaml.Text> text(Yaml.Mapping mapping, String where, String key) {
        return value(mapping, key).flatMap(value -> {
            if (value instanceof Yaml.Text text) {
                return Optional.of(text);
            }
            error(value, Text.format("%s must be a text, found %s", within(where, key), value.kind()));
            return Optional.empty();
        });
    }

    /// A list's elements, each read with its place; none if the key is not there.
    public <T> List<T> items(
            Yaml.Mapping mapping, String where, String key, BiFunction<Yaml, String, Optional<T>> read) {
        Optional<Yaml> value = value(mapping, key);
        String place = within(where, key);
        if (value.isEmpty()) {
            return List.of();
        }
        if (!(value.get() instanceof Yaml.Items list)) {
            error(
                    value.get(),
                    Text.format(
                            "%s must be a list, found %s", place, value.get().kind()));
            return List.of();
        }
        if (list.items().isEmpty()) {
            error(list, Text.format("%s is empty", place));
        }
        List<T> taken = new ArrayList<>();
        for (int i = 0; i < list.items().size(); i++) {
            read.apply(list.items().get(i), Text.format("%s[%d]", place, i)).ifPresent(taken::add);
        }
        return taken;
    }

    /// What stands behind a key; a key with nothing behind it counts as absent, as it does in mergekit.
    public static Optional<Yaml> value(Yaml.Mapping mapping, String key) {
        return Optional.ofNullable(mapping.entries().get(key)).filter(value -> !(value instanceof Yaml.Nothing));
    }

    public static String within(String where, String key) {
        return where.isEmpty() ? key : where + "." + key;
    }
}
