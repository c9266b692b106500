package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
        try (Stream<Path> files = Files.walk(Path.of("configs"))) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
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
                .allMatch(command -> command.equals(RunCommand.NAME) || shown.contains(command));
    }
}
