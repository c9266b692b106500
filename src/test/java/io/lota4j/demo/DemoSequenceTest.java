package io.lota4j.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.experiment.Variant;
import io.lota4j.internal.experiment.recipe.ExperimentReader;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoSequenceTest {
    @Test
    void isAnExperimentOnTheDemosBaseAndTasks(@TempDir Path directory) {
        DemoFiles.writeBase(directory.resolve("base"));
        Experiment experiment = ExperimentReader.read(DemoSequence.write(directory));
        assertThat(experiment.tasks().stream().map(Task::name)).containsExactly("flip", "plus", "order");
        assertThat(experiment.variants().stream().map(Variant::kind).distinct())
                .containsExactly("full", "lora", "lota", "lotto");
        assertThat(experiment.seeds()).isEqualTo(List.of(0L, 1L, 2L));
    }
}
