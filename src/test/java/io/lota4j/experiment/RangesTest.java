package io.lota4j.experiment;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.data.Labels.LossOn;
import io.lota4j.data.file.DataPart;
import io.lota4j.internal.data.file.OnBadRow;
import io.lota4j.internal.experiment.Method;
import io.lota4j.internal.experiment.Method.Effort;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.experiment.Training;
import io.lota4j.internal.experiment.Variant;
import io.lota4j.internal.train.Trainer;
import io.lota4j.mask.Scope;
import io.lota4j.train.Clip;
import io.lota4j.train.Optimizer;
import io.lota4j.train.Reduction;
import io.lota4j.train.Schedule;
import io.lota4j.train.attribution.Random;
import io.lota4j.train.objective.Sft;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// An experiment that is made in Java is held against the ranges of one that is read, when it is made.
class RangesTest {
    @Test
    void everythingWrongWithTheTrainingIsToldAtOnce() {
        refused(
                () -> new Training(
                        0,
                        Optimizer.AdamW.DEFAULT,
                        Schedule.CONSTANT,
                        -1,
                        0,
                        0,
                        Clip.GLOBAL,
                        Double.NaN,
                        -1,
                        new Sft(),
                        Reduction.TOKEN_MEAN,
                        true,
                        0,
                        null),
                "steps between two states",
                "steps must be at least 1",
                "warm-up",
                "batch",
                "NaN");
    }

    @Test
    void rowsAndTasks() {
        refused(() -> new Task.Rows(0, -1, 0), "train on", "choosing settings", "judge on");
        Task.Rows rows = new Task.Rows(1, 0, 1);
        Path file = Path.of("rows.jsonl");
        refused(
                () -> new Task(
                        "a",
                        List.of(DataPart.of(file)),
                        file,
                        null,
                        rows,
                        null,
                        null,
                        false,
                        LossOn.ALL,
                        OnBadRow.STOP,
                        0,
                        -1,
                        null,
                        OptionalLong.of(0),
                        null,
                        null),
                "longest example",
                "most new tokens",
                "steps");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.NEGATIVE_INFINITY, -0.1, 1.1})
    void sparsities(double found) {
        refused(() -> new Method.Sparse(new Random(), found, Scope.GLOBAL, false, Effort.NONE), "" + found);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, -1, 0})
    void rates(double found) {
        Method method = new Method.Lora(1, 1);
        refused(() -> new Method.Lora(1, found), "alpha", "" + found);
        if (found != Variant.AUTO) {
            refused(() -> new Variant("a", "lora", method, found), "learning rate", "" + found);
            refused(() -> new Effort(1, found, 0), "learning rate", "" + found);
        }
    }

    @Test
    void counts() {
        refused(() -> new Method.Lora(0, 1), "rank");
        refused(() -> new Effort(-1, 0, -1), "steps", "rows");
        refused(() -> new Trainer.Saving(Path.of("state"), -1, Map.of()), "steps between two states");
    }

    private static void refused(ThrowingCallable making, String... words) {
        assertThatThrownBy(making).isInstanceOf(LotaException.class).message().contains(words);
    }
}
