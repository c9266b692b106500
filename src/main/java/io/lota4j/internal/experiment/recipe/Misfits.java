package io.lota4j.internal.experiment.recipe;

import io.lota4j.data.Dataset;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.Method;
import io.lota4j.internal.experiment.Mixing;
import io.lota4j.internal.experiment.Mixing.From;
import io.lota4j.internal.experiment.ProbeMixing.Secrecy;
import io.lota4j.internal.experiment.Protection;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.experiment.Variant;
import io.lota4j.internal.yaml.Problems;
import io.lota4j.model.MemoryPolicy.BaseWeights;
import io.lota4j.train.objective.Objective;
import io.lota4j.train.objective.Sft;
import java.util.List;

/// Tells what single values do not show: runs that would fail, some of them after hours.
final class Misfits {
    /// What is left of 1 - sparsity, such as 1 - 0.9, when it is no exact fraction.
    private static final double ROUNDING = 1e-9;

    private Misfits() {}

    static void tell(Experiment experiment, Problems problems) {
        if (experiment.out().toString().equals("-")) {
            problems.error(Text.format(
                    "%s: out: '-' is not taken as a folder; write ./- for one of that name", experiment.recipe()));
        }
        for (Protection protection : experiment.protections()) {
            protection.constraint().ifPresent(constraint -> constrained(experiment, protection, problems));
            List<Long> steps = experiment.variants().stream()
                    .filter(protection::covers)
                    .map(variant -> experiment.training(variant).examples())
                    .distinct()
                    .toList();
            steps.forEach(examples -> {
                protection
                        .probeMixing()
                        .ifPresent(mixing ->
                                room(experiment, protection.name(), mixing.how().perBatch(), examples, problems));
                protection
                        .mixing()
                        .ifPresent(mixing -> mixed(experiment, protection.name(), mixing, examples, problems));
            });
        }
        secrets(experiment, problems);
        for (Variant variant : experiment.variants()) {
            switch (variant.method()) {
                case Method.Full full -> {}
                case Method.Lora lora -> adapter(experiment, variant, problems);
                case Method.Sparse sparse -> masks(experiment, variant, sparse, problems);
            }
        }
        for (Task task : experiment.tasks()) {
            if (task.later() != null) {
                task.later().by().stream()
                        .filter(variant -> variant.method() instanceof Method.Lora)
                        .forEach(variant -> adapter(experiment, variant, problems));
            }
        }
    }

    /// Secrets of several entries would be told apart by nothing in the figures.
    private static void secrets(Experiment experiment, Problems problems) {
        List<Secrecy> different = experiment.protections().stream()
                .flatMap(protection -> protection.secrecy().stream())
                .distinct()
                .toList();
        if (different.size() > 1) {
            problems.error(Text.format(
                    "%s: the entries of protect have %d different secrets, and an experiment has one; make experiments"
                            + " of their own of the others",
                    experiment.recipe(), different.size()));
        }
    }

    private static void room(Experiment experiment, String name, int perBatch, long examples, Problems problems) {
        if (perBatch >= examples) {
            problems.error(Text.format(
                    "%s: '%s' mixes %d rows into steps of %d: nothing would be left of the task; mix in fewer, or take"
                            + " a larger batch",
                    experiment.recipe(), name, perBatch, examples));
        }
    }

    private static void mixed(Experiment experiment, String name, Mixing mixing, long examples, Problems problems) {
        room(experiment, name, mixing.perBatch(examples), examples, problems);
        if (!mixing.of().contains(From.GENERAL)) {
            return;
        }
        if (experiment.general().isEmpty()) {
            problems.error(Text.format(
                    "%s: '%s' mixes in general texts, and there are none; say general, or mix in earlier alone",
                    experiment.recipe(), name));
        }
        for (Task text : experiment.general()) {
            if (text.rows().test() == Dataset.ALL) {
                problems.error(Text.format(
                        "%s: '%s' mixes in what is left of general.%s, of which all rows are scored; say how many"
                                + " are, with rows",
                        experiment.recipe(), name, text.name()));
            }
        }
    }

    /// A constraint takes the place of what is minimised otherwise.
    private static void constrained(Experiment experiment, Protection protection, Problems problems) {
        for (Variant variant : experiment.variants()) {
            for (Task task : experiment.tasks()) {
                Objective objective = experiment.objective(variant, task);
                if (protection.covers(variant) && !objective.equals(new Sft())) {
                    problems.error(Text.format(
                            "%s: '%s' constrains the likelihood of answers (objective sft), and '%s' minimises '%s' on"
                                    + " %s",
                            experiment.recipe(), protection.name(), variant.label(), objective.name(), task.name()));
                }
            }
        }
    }

    private static void adapter(Experiment experiment, Variant variant, Problems problems) {
        if (experiment.memory().base() == BaseWeights.MAPPED) {
            problems.error(Text.format(
                    "%s: mapped-base does not go with '%s': LoRA keeps base and factors added up in memory",
                    experiment.recipe(), variant.label()));
        }
    }

    private static void masks(Experiment experiment, Variant variant, Method.Sparse sparse, Problems problems) {
        boolean merged = experiment.merges().stream().anyMatch(merge -> merge.takes(variant));
        int stages = experiment.orders().stream()
                .mapToInt(order -> order.size())
                .max()
                .orElse(0);
        stages = merged ? Math.max(stages, experiment.tasks().size()) : stages;
        double trained = stages * (1 - sparse.sparsity());
        if (sparse.disjoint() && trained > 1 + ROUNDING) {
            problems.error(Text.format(
                    "%s: '%s' trains other weights for each of %d tasks, %.2f times the pool in all",
                    experiment.recipe(), variant.label(), stages, trained));
        }
    }
}
