package io.lota4j.internal.merge.recipe;

import io.lota4j.internal.Text;
import io.lota4j.internal.yaml.RecipeKeys;
import io.lota4j.internal.yaml.Yaml;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// What a recipe's `chat_template` means: `auto`, a name or Jinja.
record ChatTemplates(RecipeKeys keys) {
    private static final String AUTO = "auto";
    private static final List<String> NAMED = List.of("alpaca", "chatml", "exaone", "llama3", "mistral");

    /// What is shorter is taken for a name that was mistyped.
    private static final int SHORTEST = 20;

    /// The template's text, or a problem. Empty as well when no model has a template for `auto`.
    ///
    /// @param directories of the models
    Optional<String> text(Yaml.Text choice, List<Path> directories) {
        String text = choice.text();
        if (text.equals(AUTO)) {
            return most(directories);
        }
        if (NAMED.contains(text)) {
            return Optional.of(named(text));
        }
        if (text.length() >= SHORTEST && text.contains("{")) {
            return Optional.of(text);
        }
        keys.error(
                choice,
                Text.format(
                        "chat_template must be auto, one of %s, or Jinja, found %s",
                        String.join(", ", NAMED), choice.kind()));
        return Optional.empty();
    }

    /// The template that most models have; of equally frequent ones the first.
    private static Optional<String> most(List<Path> directories) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (Path directory : directories) {
            FileChoice.templateOf(directory)
                    .map(String::strip)
                    .filter(template -> !template.isEmpty())
                    .ifPresent(template -> counts.merge(template, 1, Integer::sum));
        }
        int most = counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        return counts.entrySet().stream()
                .filter(entry -> entry.getValue() == most)
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private static String named(String name) {
        String resource = name + ".jinja";
        try (InputStream in = Objects.requireNonNull(ChatTemplates.class.getResourceAsStream(resource), resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }
}
