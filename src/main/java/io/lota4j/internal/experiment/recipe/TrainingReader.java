package io.lota4j.internal.experiment.recipe;

import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Training;
import io.lota4j.internal.yaml.Yaml;
import io.lota4j.train.Clip;
import io.lota4j.train.LocalSgd;
import io.lota4j.train.Optimizer;
import io.lota4j.train.Reduction;
import io.lota4j.train.Schedule;
import io.lota4j.train.objective.Objective;
import io.lota4j.train.objective.Sft;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Reads how the stages of a recipe are trained.
final class TrainingReader {
    private static final String STEPS = "steps";
    private static final String BATCH = "batch";
    private static final String ACCUMULATE = "accumulate";
    private static final String OPTIMIZER = "optimizer";
    private static final String SCHEDULE = "schedule";
    private static final String WARMUP = "warmup-steps";
    private static final String CLIP = "clip";
    private static final String MAX_NORM = "max-norm";
    private static final String REDUCTION = "reduction";
    private static final String SHUFFLE = "shuffle";
    private static final String SHARDS = "shards";
    private static final String INNER_STEPS = "inner-steps";
    private static final String OUTER_LR = "outer-lr";
    private static final String OUTER_MOMENTUM = "outer-momentum";
    private static final String SAVE_EVERY = "save-every";

    /// What a method may say for itself; of an objective it does so in other ways.
    static final List<String> OVERRIDES = List.of(
            STEPS,
            OPTIMIZER,
            SCHEDULE,
            WARMUP,
            BATCH,
            ACCUMULATE,
            CLIP,
            MAX_NORM,
            REDUCTION,
            SHUFFLE,
            SHARDS,
            INNER_STEPS,
            OUTER_LR,
            OUTER_MOMENTUM);

    private static final Training USUAL = new Training(
            1,
            Optimizer.AdamW.DEFAULT,
            Schedule.CONSTANT,
            0,
            8,
            1,
            Clip.GLOBAL,
            1,
            0,
            new Sft(),
            Reduction.TOKEN_MEAN,
            true,
            1,
            null);

    private TrainingReader() {}

    /// What stands behind `training`.
    static Training training(Fields recipe) {
        return recipe.within("training").map(TrainingReader::whole).orElseGet(() -> {
            recipe.keys().error(recipe.mapping(), "training is missing (training.steps, at least)");
            return USUAL;
        });
    }

    private static Training whole(Fields fields) {
        List<String> known = new ArrayList<>(OVERRIDES);
        known.addAll(List.of(SAVE_EVERY, ObjectiveReader.KEY));
        fields.only(known.toArray(String[]::new));
        if (!fields.has(STEPS)) {
            fields.keys().error(fields.mapping(), "training.steps is missing");
        }
        return read(fields, USUAL);
    }

    /// How a method is trained.
    ///
    /// @param label what tells it from the method's other ways; empty where there are none
    /// @param training null: as the experiment says
    record Way(String label, @Nullable Training training) {}

    /// Every combination of what a method says for itself.
    ///
    /// @param usual of the experiment
    static List<Way> ways(Fields fields, Training usual) {
        List<SequencedMap<String, Yaml>> ways = List.of(new LinkedHashMap<>());
        List<String> listed = new ArrayList<>();
        for (String key : OVERRIDES) {
            Yaml value = fields.value(key).orElse(null);
            if (value != null) {
                List<Yaml> items = value instanceof Yaml.Items list ? list.items() : List.of(value);
                if (items.isEmpty()) {
                    fields.keys().error(value, Text.format("%s is empty", fields.place(key)));
                    continue;
                }
                if (items.size() > 1) {
                    listed.add(key);
                }
                ways = ways.stream()
                        .flatMap(way -> items.stream().map(item -> more(way, key, item)))
                        .toList();
            }
        }
        return ways.stream()
                .map(way -> way(way, listed, fields, usual))
                .distinct()
                .toList();
    }

    private static SequencedMap<String, Yaml> more(SequencedMap<String, Yaml> way, String key, Yaml item) {
        SequencedMap<String, Yaml> more = new LinkedHashMap<>(way);
        more.put(key, item);
        return more;
    }

    private static Way way(SequencedMap<String, Yaml> own, List<String> listed, Fields fields, Training usual) {
        if (own.isEmpty()) {
            return new Way("", null);
        }
        StringBuilder label = new StringBuilder();
        for (String key : listed) {
            String value = own.get(key) instanceof Yaml.Text text ? text.text() : "";
            label.append(' ').append(key).append(' ').append(value);
        }
        Yaml.Mapping mapping = new Yaml.Mapping(own, fields.mapping().line());
        Training read = read(new Fields(fields.keys(), mapping, fields.where()), usual);
        return new Way(label.toString(), read.equals(usual) ? null : read);
    }

    private static Training read(Fields fields, Training usual) {
        @Nullable Objective objective = ObjectiveReader.objective(fields);
        int batch = fields.whole(BATCH, usual.batchSize(), 1);
        int accumulation = fields.whole(ACCUMULATE, usual.accumulation(), 1);
        int shards = fields.whole(SHARDS, usual.shards(), 1);
        if (shards > (long) batch * accumulation) {
            fields.keys()
                    .error(
                            fields.value(SHARDS).orElse(fields.mapping()),
                            Text.format(
                                    "%s is %d, more than the %d examples of a step",
                                    fields.place(SHARDS), shards, (long) batch * accumulation));
            shards = 1;
        }
        Clip clip = fields.constant(CLIP, usual.clip());
        Training read = new Training(
                fields.whole(STEPS, Math.toIntExact(usual.steps()), 1),
                fields.has(OPTIMIZER) ? optimizer(fields, OPTIMIZER) : usual.optimizer(),
                fields.constant(SCHEDULE, usual.schedule()),
                fields.whole(WARMUP, Math.toIntExact(usual.warmupSteps()), 0),
                batch,
                accumulation,
                clip,
                fields.positive(MAX_NORM, usual.maxNorm()),
                fields.whole(SAVE_EVERY, Math.toIntExact(usual.saveEvery()), 0),
                objective == null ? usual.objective() : objective,
                fields.constant(REDUCTION, usual.reduction()),
                fields.has(SHUFFLE) ? fields.flag(SHUFFLE) : usual.shuffle(),
                shards,
                local(fields, usual.local(), shards));
        if (fields.has(STEPS) && read.warmupSteps() > read.steps()) {
            fields.keys()
                    .error(
                            fields.value(WARMUP).orElse(fields.mapping()),
                            Text.format(
                                    "%s is %d, more than the %d of %s",
                                    fields.place(WARMUP), read.warmupSteps(), read.steps(), fields.place(STEPS)));
        }
        if (fields.has(MAX_NORM) && clip == Clip.NONE) {
            fields.keys()
                    .error(
                            fields.value(MAX_NORM).orElse(fields.mapping()),
                            Text.format("%s cannot be used with clip: none", fields.place(MAX_NORM)));
        }
        // A larger batch takes fewer steps, so that as many rows are seen.
        return fields.has(STEPS) ? read : read.with(read.steps(usual.steps(), usual));
    }

    /// How shards take steps of their own, or null.
    private static @Nullable LocalSgd local(Fields fields, @Nullable LocalSgd usual, int shards) {
        LocalSgd byDefault = usual == null ? new LocalSgd(1) : usual;
        if (usual == null && !fields.has(INNER_STEPS)) {
            for (String outer : List.of(OUTER_LR, OUTER_MOMENTUM)) {
                if (fields.has(outer)) {
                    fields.required(INNER_STEPS, Text.format("%s is of the step that follows them", outer));
                }
            }
            return null;
        }
        if (shards == 1) {
            fields.keys()
                    .error(
                            fields.value(INNER_STEPS).orElse(fields.mapping()),
                            Text.format(
                                    "%s is of steps that each shard takes apart, and there is one shard; add %s",
                                    fields.place(INNER_STEPS), SHARDS));
            return null;
        }
        return new LocalSgd(
                fields.whole(INNER_STEPS, byDefault.innerSteps(), 1),
                fields.positive(OUTER_LR, byDefault.outerLr()),
                fields.fraction(OUTER_MOMENTUM, byDefault.outerMomentum()));
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
