package io.lota4j.cli;

import java.nio.file.Path;
import java.util.List;

/// A recipe of commands, planned as `lota run` does it, for tests of other packages.
public final class RecipeSteps {
    private RecipeSteps() {}

    /// The command lines of its steps.
    ///
    /// @throws io.lota4j.LotaException when it is no recipe, or a command does not accept what its step gives it
    public static List<String> of(Path file) {
        return RecipePlan.of(Recipe.read(file), Commands.standard()).steps().stream()
                .map(RecipePlan.PlannedStep::commandLine)
                .toList();
    }
}
