package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every recipe in `configs/` is one that the commands accept, and every command has one.
class ConfigsTest {
    static Stream<Path> recipes() throws IOException {
        return Files.list(Path.of("configs")).filter(f -> f.toString().endsWith(".yaml"));
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void isAccepted(Path recipe) {
        assertThat(RecipePlan.of(Recipe.read(recipe), Commands.standard()).steps())
                .isNotEmpty();
    }

    @Test
    void everyCommandHasOne() throws IOException {
        Set<String> shown = new TreeSet<>();
        try (Stream<Path> recipes = recipes()) {
            recipes.flatMap(r -> Recipe.read(r).steps().stream())
                    .forEach(step -> shown.add(step.command().split(" ")[0]));
        }
        Set<String> commands = new TreeSet<>(Commands.standard().names());
        commands.remove(RunCommand.NAME);
        assertThat(shown).containsAll(commands);
    }
}
