package io.lota4j.experiment.recipe;

import io.lota4j.experiment.Training;
import io.lota4j.train.Clip;
import io.lota4j.train.Optimizer;
import io.lota4j.train.Schedule;
import java.util.List;

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
        return new Training(1, Optimizer.AdamW.DEFAULT, Schedule.CONSTANT, 0, BATCH, 1, Clip.GLOBAL, 1, 0);
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
                "save-every");
        if (!fields.has("steps")) {
            fields.keys().error(fields.mapping(), "training.steps is missing");
        }
        return new Training(
                fields.whole("steps", 1, 1),
                optimizer(fields),
                fields.constant("schedule", Schedule.CONSTANT),
                fields.whole("warmup-steps", 0, 0),
                fields.whole("batch", BATCH, 1),
                fields.whole("accumulate", 1, 1),
                fields.constant("clip", Clip.GLOBAL),
                fields.positive("max-norm", 1),
                fields.whole("save-every", 0, 0));
    }

    private static Optimizer optimizer(Fields fields) {
        return switch (fields.one("optimizer", List.of("adamw", "rmsprop", "sgd"), "adamw")) {
            case "rmsprop" -> Optimizer.RmsProp.DEFAULT;
            case "sgd" -> Optimizer.Sgd.DEFAULT;
            default -> Optimizer.AdamW.DEFAULT;
        };
    }
}
