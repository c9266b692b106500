package io.lota4j.campaign;

import io.lota4j.Golden;
import io.lota4j.campaign.HostileFormat.Syntax;
import io.lota4j.cli.RecipeSteps;
import io.lota4j.internal.experiment.recipe.ExperimentReader;
import io.lota4j.internal.merge.recipe.MergePlan;
import io.lota4j.internal.merge.recipe.PlanSources;
import io.lota4j.internal.yaml.Yaml;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Recipes in YAML.
final class RecipeFormats {
    /// Where aliases, merge keys and texts of several lines stand, which the shipped recipes do not have.
    private static final String SIGNS = """
        %YAML 1.2
        ---
        steps:
          - &first {command: demo data, out: !!str "d-\\u00e9\\n"}
          - {<<: [*first], out: 'x''y'}
          - command: >-
              demo
              data
            ? out
            : |+
              kept

        """;

    private RecipeFormats() {}

    /// Recipes of commands and of experiments.
    static HostileFormat commands(Path folder) throws IOException {
        Path file = folder.resolve("recipe.yaml");
        List<byte[]> seeds = new ArrayList<>();
        for (Path configs : List.of(Path.of("configs"), Path.of("configs", "experiments"))) {
            try (Stream<Path> files = Files.list(configs)) {
                for (Path recipe : files.filter(Files::isRegularFile).sorted().toList()) {
                    seeds.add(Files.readAllBytes(recipe));
                }
            }
        }
        seeds.add(SIGNS.getBytes(StandardCharsets.UTF_8));
        return HostileFormat.of("recipe", Syntax.TEXT, seeds, input -> {
            HostileFormat.put(file, input);
            return ExperimentReader.reads(Yaml.read(file)) ? ExperimentReader.parse(file) : RecipeSteps.of(file);
        });
    }

    static HostileFormat merges(Path folder) throws IOException {
        Path file = folder.resolve("recipe.yaml");
        List<byte[]> seeds = new ArrayList<>();
        String models = Golden.path("merge-recipes/models").toString();
        for (String name : List.of(
                "base-tokens",
                "modules",
                "other-tokens",
                "slices",
                "slices-bases",
                "stacked",
                "union",
                "union-tied",
                "union-ties",
                "union-tokens")) {
            seeds.add(Files.readString(Golden.path("merge-recipes/" + name + "/recipe.yaml"))
                    .replace("../models", models)
                    .getBytes(StandardCharsets.UTF_8));
        }
        return HostileFormat.of("merge-recipe", Syntax.TEXT, seeds, input -> {
            try (PlanSources sources = new PlanSources()) {
                return MergePlan.of(HostileFormat.put(file, input), sources).lines();
            }
        });
    }
}
