package io.lota4j.internal.experiment.recipe;

import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Training;
import io.lota4j.train.Clip;
import io.lota4j.train.Optimizer;
import io.lota4j.train.Schedule;
import io.lota4j.train.objective.Objective;
import io.lota4j.train.objective.Sft;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads how the stages of a recipe are trained.
final class TrainingReader {
    private static final int BATCH = 8;

    private TrainingReader() {}

    /// What stands behind `training`.
    static Training training(Fields recipe) {
        return recipe.within("training").map(TrainingReader::read).orElseGet(() -> absent(recipe));
    }

    private static Training absent(Fields recipe) {
        recipe.keys().error(recipe.mapping(), "training is missing (training.steps, at least)");
        return new Training(1, Optimizer.AdamW.DEFAULT, Schedule.CONSTANT, 0, BATCH, 1, Clip.GLOBAL, 1, 0, new Sft());
    }

    private static Training read(Fields fields) {
        fields.only(
                "steps",
                "optimizer",
                "schedule",
                "warmup-steps",
                "batch",
                "accumulate",
                "clip",
                "max-norm",
                "save-every",
                ObjectiveReader.KEY);
        @Nullable Objective objective = ObjectiveReader.objective(fields);
        if (!fields.has("steps")) {
            fields.keys().error(fields.mapping(), "training.steps is missing");
        }
        int steps = fields.whole("steps", 1, 1);
        int warmup = fields.whole("warmup-steps", 0, 0);
        if (fields.has("steps") && warmup > steps) {
            fields.keys()
                    .error(
                            fields.value("warmup-steps").orElse(fields.mapping()),
                            Text.format(
                                    "training.warmup-steps is %d, more than the %d of training.steps", warmup, steps));
        }
        if (fields.has("max-norm") && clip(fields) == Clip.NONE) {
            fields.keys()
                    .error(
                            fields.value("max-norm").orElse(fields.mapping()),
                            "training.max-norm cannot be used with clip: none");
        }
        return new Training(
                steps,
                optimizer(fields, "optimizer"),
                fields.constant("schedule", Schedule.CONSTANT),
                warmup,
                fields.whole("batch", BATCH, 1),
                fields.whole("accumulate", 1, 1),
                clip(fields),
                fields.positive("max-norm", 1),
                fields.whole("save-every", 0, 0),
                objective == null ? new Sft() : objective);
    }

    private static Clip clip(Fields fields) {
        return fields.constant("clip", Clip.GLOBAL);
    }

    /// The optimizer behind a key, AdamW where there is none.
    static Optimizer optimizer(Fields fields, String key) {
        return switch (fields.one(key, List.of("adamw", "rmsprop", "sgd"), "adamw")) {
            case "rmsprop" -> Optimizer.RmsProp.DEFAULT;
            case "sgd" -> Optimizer.Sgd.DEFAULT;
            default -> Optimizer.AdamW.DEFAULT;
        };
    }
}
