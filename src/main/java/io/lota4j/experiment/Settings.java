package io.lota4j.experiment;

import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.Method.Full;
import io.lota4j.internal.experiment.Method.Lora;
import io.lota4j.internal.experiment.Method.Sparse;
import io.lota4j.internal.experiment.Protection;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.experiment.Training;
import io.lota4j.internal.experiment.Variant;
import io.lota4j.internal.train.SettingsText;
import io.lota4j.train.Optimizer;
import io.lota4j.train.Reduction;
import io.lota4j.train.attribution.Attribution;
import io.lota4j.train.objective.Objective;
import io.lota4j.train.objective.Sft;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// A method's settings in words, for `run.json`: what a method does not have is not there.
final class Settings {
    private Settings() {}

    static Map<String, String> of(Experiment experiment, GridRun run) {
        Variant variant = run.variant();
        Protection protection = run.protection();
        Map<String, String> settings = new LinkedHashMap<>();
        switch (variant.method()) {
            case Full(var pool) -> settings.put("pool", pool.toString());
            case Lora lora -> {
                settings.put("pool", experiment.pool().toString());
                settings.put("rank", Integer.toString(lora.rank()));
                settings.put("alpha", SettingsText.number(lora.alpha()));
            }
            case Sparse sparse -> {
                settings.put("pool", experiment.pool().toString());
                mask(sparse, settings);
            }
        }
        training(experiment, variant, settings);
        objective(experiment, variant, settings);
        if (!protection.safeguards().isEmpty()) {
            settings.put("protection", protection.text());
        }
        for (int stage = 0; stage < run.order().size(); stage++) {
            if (run.isOthers(stage)) {
                settings.put("by, " + run.order().get(stage), others(experiment, run, stage));
            }
        }
        return settings;
    }

    /// Of a stage that somebody else trains, in words.
    private static String others(Experiment experiment, GridRun run, int stage) {
        Variant variant = run.variant(stage);
        return of(experiment, new GridRun(variant, List.of(run.order().get(stage)), run.seed())).entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", ", Text.format("rate %s, ", GridRun.rate(variant.lr())), ""));
    }

    private static void mask(Sparse sparse, Map<String, String> settings) {
        settings.put("choice", sparse.by().name());
        settings.put("scope", word(sparse.scope()));
        settings.put("disjoint", sparse.disjoint() ? "yes" : "no");
        if (sparse.by() instanceof Attribution.OfTraining) {
            settings.put("calibration steps", Long.toString(sparse.effort().steps()));
            settings.put("calibration rate", SettingsText.number(sparse.effort().lr()));
            Optimizer own = sparse.effort().optimizer();
            if (own != null) {
                settings.put("calibration optimizer", own.name());
            }
        } else if (sparse.by() instanceof Attribution.OfRows rows) {
            settings.put("rows", Integer.toString(sparse.effort().rows()));
            if (rows.group() > 1) {
                settings.put("group", Integer.toString(rows.group()));
            }
        }
    }

    private static void training(Experiment experiment, Variant variant, Map<String, String> settings) {
        Training training = experiment.training(variant);
        settings.put("steps", steps(experiment, variant));
        settings.put("batch", Long.toString(training.examples()));
        settings.put("optimizer", training.optimizer().name());
        settings.put("schedule", word(training.schedule()));
        settings.put("warm-up", Long.toString(training.warmupSteps()));
        if (training.reduction() != Reduction.TOKEN_MEAN) {
            settings.put("reduction", word(training.reduction()).replace('_', '-'));
        }
        if (!training.shuffle()) {
            settings.put("shuffle", "no");
        }
        settings.put(
                "clip",
                switch (training.clip()) {
                    case NONE -> "none";
                    case GLOBAL, TENSOR, PROPORTIONAL ->
                        word(training.clip()) + " " + SettingsText.number(training.maxNorm());
                });
    }

    /// What is minimised, with its parameters, and by which tasks where these differ.
    private static void objective(Experiment experiment, Variant variant, Map<String, String> settings) {
        Map<String, String> byTask = new LinkedHashMap<>();
        experiment.tasks().forEach(task -> byTask.put(task.name(), text(experiment.objective(variant, task))));
        Set<String> different = new LinkedHashSet<>(byTask.values());
        if (!different.equals(Set.of(new Sft().name()))) {
            settings.put(
                    "objective",
                    different.size() == 1
                            ? different.iterator().next()
                            : byTask.entrySet().stream()
                                    .map(entry -> entry.getKey() + " " + entry.getValue())
                                    .collect(Collectors.joining(", ")));
        }
    }

    private static String text(Objective objective) {
        StringBuilder text = new StringBuilder(objective.name());
        objective
                .settings()
                .forEach((parameter, value) ->
                        text.append(' ').append(parameter.name()).append(' ').append(SettingsText.number(value)));
        return text.toString();
    }

    /// Of a stage, and of the tasks that have their own, such as `40 (sql 60)`.
    private static String steps(Experiment experiment, Variant variant) {
        StringBuilder own = new StringBuilder();
        for (Task task : experiment.tasks()) {
            task.steps()
                    .ifPresent(steps -> own.append(own.isEmpty() ? "" : " ")
                            .append(task.name())
                            .append(' ')
                            .append(experiment.steps(variant, task)));
        }
        String all = Long.toString(experiment.training(variant).steps());
        return own.isEmpty() ? all : Text.format("%s (%s)", all, own);
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
