package io.lota4j.merge.recipe;

import io.lota4j.merge.ModelReference;
import io.lota4j.yaml.Yaml;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/// Finds the models that a recipe names: `path` or `path+adapter`, relative to the recipe's directory or, where
/// nothing is there, to the working directory.
record ModelPaths(RecipeKeys keys) {
    /// A model, or a problem.
    Optional<ModelReference> find(Yaml value, String where) {
        if (!(value instanceof Yaml.Text written)) {
            keys.lost(value, "%s must be a path or path+adapter, found %s".formatted(where, value.kind()));
            return Optional.empty();
        }
        String text = written.text().strip();
        // A directory whose own name has a plus sign comes first.
        Optional<Path> whole = existing(text);
        int plus = text.indexOf('+');
        if (whole.isPresent() || plus < 0) {
            return whole.or(() -> missing(value, where, text))
                    .map(path -> new ModelReference(text, path, Optional.empty()));
        }
        if (text.indexOf('+', plus + 1) >= 0) {
            keys.lost(value, "%s: '%s' has more than one '+'; expected path or path+adapter".formatted(where, text));
            return Optional.empty();
        }
        Optional<Path> model = part(value, where, text.substring(0, plus));
        Optional<Path> adapter = part(value, where, text.substring(plus + 1));
        return model.isPresent() && adapter.isPresent()
                ? Optional.of(new ModelReference(text, model.get(), adapter))
                : Optional.empty();
    }

    private Optional<Path> part(Yaml value, String where, String text) {
        return existing(text).or(() -> missing(value, where, text));
    }

    private Optional<Path> existing(String text) {
        try {
            Path besides = keys.file().resolveSibling(text).normalize();
            Path here = Path.of(text);
            return Files.exists(besides)
                    ? Optional.of(besides)
                    : Optional.of(here).filter(Files::exists);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private Optional<Path> missing(Yaml at, String where, String text) {
        Path folder = Optional.ofNullable(keys.file().getParent()).orElse(Path.of("."));
        keys.lost(
                at,
                "%s: no '%s' in %s (the recipe's directory) nor in the working directory%s"
                        .formatted(where, text, folder, advice(text)));
        return Optional.empty();
    }

    private static String advice(String text) {
        if (text.contains("@")) {
            return "; a revision (@) cannot be looked up: download it and give its directory";
        }
        return text.matches("[\\w.-]+/[\\w.-]+") && !text.startsWith(".")
                ? "; models are not downloaded: give a directory"
                : "";
    }
}
