package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.internal.experiment.recipe.ExperimentReader;
import io.lota4j.internal.yaml.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ShippedRecipesTest {
    static List<Path> recipes() throws IOException {
        return files(false);
    }

    static List<Path> experiments() throws IOException {
        return files(true);
    }

    private static List<Path> files(boolean experiments) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("configs"))) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .filter(file -> ExperimentReader.reads(Yaml.read(file)) == experiments)
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("experiments")
    void everyShippedExperimentIsRead(Path file) {
        assertThat(ExperimentReader.parse(file).variants()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void everyShippedRecipeFitsItsCommands(Path file) {
        assertThat(RecipePlan.of(Recipe.read(file), Commands.standard()).steps())
                .isNotEmpty();
    }

    @Test
    void everyCommandHasARecipe() throws IOException {
        List<String> shown = recipes().stream()
                .flatMap(file -> Recipe.read(file).steps().stream())
                .map(step -> step.command().split(" ")[0])
                .toList();
        assertThat(Commands.standard().names())
                .filteredOn(command ->
                        !List.of(RunCommand.NAME, CompletionCommand.NAME).contains(command))
                .allMatch(shown::contains);
    }
}
