package io.lota4j.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.Variant;
import io.lota4j.internal.experiment.recipe.ExperimentReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuardedDemoTest {
    /// A guarded base that is there is not made again.
    @Test
    void isAnExperimentOnTheGuardedBase(@TempDir Path directory) throws IOException {
        GuardedDemo demo = new GuardedDemo(directory);
        Files.createDirectories(demo.base());
        demo.makeBase(what -> {
            throw new AssertionError(what);
        });
        DemoFiles.writeBase(demo.base());
        Experiment experiment = ExperimentReader.read(demo.writeRecipe(false));
        assertThat(experiment.seeds()).containsExactly(0L, 1L, 2L);
        assertThat(experiment.orders()).containsExactly(List.of("flip"), List.of("flip", "contrary"));
        assertThat(experiment.task("contrary").later()).isNotNull();
        Experiment brief = ExperimentReader.read(demo.writeRecipe(true));
        assertThat(brief.seeds()).containsExactly(0L);
        assertThat(experiment.variants()).extracting(Variant::kind).containsExactly("full", "lora", "lota", "lotto");
        assertThat(brief.variants()).extracting(Variant::kind).containsExactly("full", "lota");
    }

    /// The recipe that people copy is the demo's.
    @Test
    void isTheRecipeAmongTheOthers(@TempDir Path directory) throws IOException {
        Path recipe = new GuardedDemo(directory).writeRecipe(false);
        assertThat(body(Files.readString(Path.of("configs/guard/demo.yaml")))
                        .replace("runs/guard-demo", "guard-demo/results"))
                .isEqualTo(body(Files.readString(recipe)).replace(directory.toString(), "guard-demo"));
    }

    private static String body(String recipe) {
        return recipe.substring(recipe.indexOf("name:"));
    }
}
