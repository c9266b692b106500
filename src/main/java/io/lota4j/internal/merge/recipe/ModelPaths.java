package io.lota4j.internal.merge.recipe;

import io.lota4j.LotaException;
import io.lota4j.internal.Suggestions;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.HubCache;
import io.lota4j.internal.merge.ModelReference;
import io.lota4j.internal.yaml.RecipeKeys;
import io.lota4j.internal.yaml.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Finds the models that a recipe names: `path`, `path+adapter` or `+adapter`, relative to the recipe's
/// directory or, where nothing is there, to the working directory.
record ModelPaths(RecipeKeys keys) {
    private static final String MODEL = "model";
    private static final String PATH = "path";
    private static final String LORA = "lora";
    private static final String REVISION = "revision";
    private static final String ARCHITECTURE = "override_architecture";

    /// A model, or a problem.
    Optional<ModelReference> find(Yaml value, String where) {
        return switch (value) {
            case Yaml.Text written -> find(value, written.text().strip(), where);
            case Yaml.Mapping mapping -> mapped(mapping, where);
            default -> {
                keys.lost(value, Text.format("%s must be a path or path+adapter, found %s", where, value.kind()));
                yield Optional.empty();
            }
        };
    }

    /// mergekit's own form, as its configurations are written back: `{model: {path: ..., revision: ...}, lora: ...}`.
    private Optional<ModelReference> mapped(Yaml.Mapping mapping, String where) {
        int before = keys.problems().errors();
        keys.refuseOthers(mapping, where, List.of(MODEL, LORA, ARCHITECTURE, PATH, REVISION), Set.of());
        String inner = Stream.of(MODEL, PATH)
                .filter(key -> RecipeKeys.value(mapping, key).isPresent())
                .findFirst()
                .orElse("");
        if (inner.isEmpty()
                || mapping.entries().containsKey(MODEL) && mapping.entries().containsKey(PATH)) {
            keys.lost(mapping, Text.format("%s needs one of the keys 'model' and 'path'", where));
            return Optional.empty();
        }
        RecipeKeys.value(mapping, REVISION)
                .ifPresent(revision -> keys.warn(
                        revision.line(),
                        Text.format(
                                "%s: a directory is taken as it is; its revision is not looked up",
                                RecipeKeys.within(where, REVISION))));
        RecipeKeys.value(mapping, ARCHITECTURE)
                .ifPresent(name -> keys.warn(
                        name.line(),
                        Text.format(
                                "%s has no effect: tensors are taken by their names",
                                RecipeKeys.within(where, ARCHITECTURE))));
        Optional<ModelReference> model =
                RecipeKeys.value(mapping, inner).flatMap(value -> find(value, RecipeKeys.within(where, inner)));
        Optional<Yaml> adapter = RecipeKeys.value(mapping, LORA);
        if (keys.problems().errors() > before) {
            return Optional.empty();
        }
        return adapter.isEmpty()
                ? model
                : model.flatMap(below -> find(adapter.get(), RecipeKeys.within(where, LORA))
                        .flatMap(above -> on(below, above, adapter.get(), RecipeKeys.within(where, LORA))));
    }

    private Optional<ModelReference> on(ModelReference below, ModelReference above, Yaml at, String where) {
        if (below.adapter().isPresent() || above.adapter().isPresent()) {
            keys.lost(at, Text.format("%s: only one adapter can be put on a model", where));
            return Optional.empty();
        }
        return Optional.of(
                new ModelReference(below.label() + "+" + above.label(), below.path(), Optional.of(above.path())));
    }

    private Optional<ModelReference> find(Yaml value, String text, String where) {
        Optional<Path> whole = existing(text);
        if (whole.isPresent()) {
            return Optional.of(new ModelReference(text, whole.get(), Optional.empty()));
        }
        // A folder's own name may have a plus sign.
        int last = text.lastIndexOf('+');
        for (int plus = last; plus >= 0; plus = text.lastIndexOf('+', plus - 1)) {
            Optional<Path> before = existing(text.substring(0, plus));
            Optional<Path> after = existing(text.substring(plus + 1));
            if (after.isPresent() && (before.isPresent() || plus == 0)) {
                return Optional.of(before.map(path -> new ModelReference(text, path, after))
                        .orElseGet(() -> new ModelReference(text, after.get(), Optional.empty())));
            }
        }
        missing(value, where, text, last);
        return Optional.empty();
    }

    /// @param plus where the text has its last plus; -1 when it has none
    private void missing(Yaml value, String where, String text, int plus) {
        String model = text.substring(0, Math.max(plus, 0));
        String adapter = text.substring(plus + 1);
        if (plus > 0 && existing(model).isEmpty()) {
            missing(value, where, model);
        }
        if (existing(adapter).isEmpty()) {
            missing(value, where, adapter);
        }
    }

    private Optional<Path> existing(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            Path besides = keys.file().resolveSibling(text).normalize();
            Path here = Path.of(text);
            HubCache cache = HubCache.ofUser();
            return Files.exists(besides)
                    ? Optional.of(cache.resolve(besides))
                    : Optional.of(cache.resolve(here)).filter(Files::exists);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private void missing(Yaml at, String where, String text) {
        Path folder = Optional.ofNullable(keys.file().getParent()).orElse(Path.of("."));
        keys.lost(
                at,
                Text.format(
                        "%s: no '%s' in %s (the recipe's directory) nor in the working directory%s",
                        where, text, folder, near(text, folder).orElseGet(() -> advice(text))));
    }

    /// The most similar name beside what was looked for, in either place.
    private static Optional<String> near(String text, Path folder) {
        Path wanted = Path.of(text);
        return Stream.of(folder.resolve(wanted), wanted)
                .map(path -> path.toAbsolutePath().normalize().getParent())
                .filter(parent -> parent != null && Files.isDirectory(parent))
                .flatMap(parent -> Suggestions.nearest(String.valueOf(wanted.getFileName()), names(parent)).stream())
                .map(near -> Text.format("; did you mean '%s'?", near))
                .findFirst();
    }

    private static List<String> names(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(path -> String.valueOf(path.getFileName()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new LotaException(Text.format("%s cannot be listed: %s", directory, e.getMessage()), e);
        }
    }

    private static String advice(String text) {
        if (text.contains("@")) {
            return "; a revision (@) cannot be looked up: download it and give its directory";
        }
        return HubCache.ofUser()
                .advice(Path.of(text))
                .map(sentence -> ". " + sentence)
                .orElse("");
    }
}
