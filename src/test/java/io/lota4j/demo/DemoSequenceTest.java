package io.lota4j.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.Protection;
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
        assertThat(experiment.tasks().stream().map(Task::name)).containsExactly("flip", "plus", "order", "shift");
        assertThat(experiment.general().stream().map(Task::test))
                .containsExactly(directory.resolve("base-test.jsonl"))
                .allSatisfy(file -> assertThat(file).exists());
        assertThat(experiment.variants().stream().map(Variant::kind).distinct())
                .containsExactly("full", "lota", "fisher");
        assertThat(experiment.protections().stream().map(Protection::name)).containsExactly("none", "shrunk");
        assertThat(experiment.seeds()).isEqualTo(List.of(0L, 1L));
    }
}
