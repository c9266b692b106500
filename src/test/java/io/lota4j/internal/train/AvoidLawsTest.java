package io.lota4j.internal.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.data.Dataset;
import io.lota4j.internal.mask.Complement;
import io.lota4j.mask.Avoided;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Scope;
import io.lota4j.train.Optimizer;
import io.lota4j.train.RunState;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What LoTTO promises: a task's mask has no weight of the masks before it, and neither calibrating nor
/// training changes a bit of those.
class AvoidLawsTest {
    static Stream<Optimizer> optimizers() {
        return Stream.of(Runs.ADAMW, new Optimizer.RmsProp(0.99, 1e-8, 0.1), new Optimizer.Sgd(0.9, 0.1));
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void threeTasksInSequenceKeepOutOfEachOthersWeights(Optimizer optimizer) {
        for (Scope scope : Scope.values()) {
            try (AdaptedModel model = Runs.model()) {
                Mask all = Runs.everything(model);
                Mask used = all.minus(all);
                for (int task = 0; task < 3; task++) {
                    Mask mask = calibrated(used, scope, optimizer, Runs.data(task, 8));
                    assertThat(mask.trainable())
                            .isEqualTo(Runs.random(model, 0.8, scope, 0, Pool.standard())
                                    .trainable());
                    assertThat(mask.overlap(used).intersection())
                            .as("task %d", task)
                            .isZero();
                    Map<String, int[]> before = Runs.bits(model);
                    Runs.run(model, mask, Runs.data(task, 8), Runs.config(3, optimizer, 1e-2));
                    assertSameWhere(used, Runs.bits(model), before);
                    used = used.or(mask);
                }
            }
        }
    }

    /// Calibrates a fresh model on what is left.
    private static Mask calibrated(Mask used, Scope scope, Optimizer optimizer, Dataset data) {
        try (AdaptedModel model = Runs.model()) {
            Map<String, int[]> before = Runs.bits(model);
            Mask among = Complement.of(Runs.everything(model), List.of(new Avoided("used", used)));
            Job job = Runs.job(model, among, data, Runs.config(2, optimizer, 1e-2));
            RunState end = job.run(null, 0, false, Runs.SILENT, () -> false);
            assertSameWhere(used, Runs.bits(model), before);
            Mask mask = job.calibrated(end, 0.8, scope);
            assertThat(mask.info().origin())
                    .containsEntry("score", "delta")
                    .containsEntry("avoided", "used sha256:" + used.sha256())
                    .containsEntry("avoided_weights", Long.toString(used.trainable()));
            return mask;
        }
    }

    private static void assertSameWhere(Mask used, Map<String, int[]> found, Map<String, int[]> expected) {
        used.tensors()
                .forEach((name, tensor) -> tensor.trainable()
                        .forEach((int i) -> assertThat(Runs.of(found, name)[i])
                                .as("%s[%d]", name, i)
                                .isEqualTo(Runs.of(expected, name)[i])));
    }
}
