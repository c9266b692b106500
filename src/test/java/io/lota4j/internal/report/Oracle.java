package io.lota4j.internal.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a page may show, computed from the two files of an experiment without the code that makes the page.
final class Oracle {
    private final JsonNode file;
    private final List<JsonNode> rows = new ArrayList<>();
    private final Map<String, Double> values = new LinkedHashMap<>();
    /// By run and figure: values of all of the model.
    private final Map<String, List<Double>> whole = new LinkedHashMap<>();
    /// By run and stage: weights of a mask, and of all that it could choose from.
    private final Map<String, double[]> shares = new LinkedHashMap<>();

    Oracle(Path directory) throws IOException {
        file = JsonMapper.shared().readTree(Files.readString(directory.resolve("run.json")));
        for (String line : Files.readAllLines(directory.resolve("metrics.jsonl"))) {
            JsonNode row = JsonMapper.shared().readTree(line);
            rows.add(row);
            values.put(key(row), row.path("value").asDouble());
            if (!row.has("part") && !row.has("step")) {
                whole.computeIfAbsent(
                                row.path("run").asString() + " "
                                        + row.path("figure").asString(),
                                r -> new ArrayList<>())
                        .add(row.path("value").asDouble());
            }
            if (row.path("figure").asString().equals("mask_share")) {
                double[] sums =
                        shares.computeIfAbsent(row.path("run").asString() + row.path("stage"), r -> new double[2]);
                sums[0] += row.path("value").asDouble() * row.path("n").asDouble();
                sums[1] += row.path("n").asDouble();
            }
        }
    }

    private static String key(JsonNode row) {
        return List.of("run", "figure", "stage", "task", "split", "part", "other", "step").stream()
                .map(k -> row.path(k).asString(""))
                .toList()
                .toString();
    }

    /// A score of a whole stage; an exception where there is none.
    double score(String run, String figure, int stage, String task, String split) {
        return Objects.requireNonNull(values.get(
                List.of(run, figure, "" + stage, task, split, "", "", "").toString()));
    }

    /// Names of the runs of a group.
    List<String> runs(String method, double lr, int tasks) {
        List<String> names = new ArrayList<>();
        for (JsonNode run : file.path("runs")) {
            if (run.path("method").asString().equals(method)
                    && run.path("lr").asDouble() == lr
                    && run.path("order").size() == tasks) {
                names.add(run.path("name").asString());
            }
        }
        return names;
    }

    /// By hand: what is left of a task's gain in loss, or of its right answers.
    double kept(String run, String figure, String task, int learned, int last, String split) {
        double then = score(run, figure, learned, task, split);
        double now = score(run, figure, last, task, split);
        if (figure.equals("accuracy")) {
            return now / then;
        }
        double base = score("base", figure, 0, task, split);
        return (base - now) / (base - then);
    }

    static double mean(List<String> runs, ToDoubleFunction<String> value) {
        return runs.stream().mapToDouble(value).sum() / runs.size();
    }

    static double deviation(List<String> runs, ToDoubleFunction<String> value) {
        double mean = mean(runs, value);
        double squares = runs.stream()
                .mapToDouble(r -> Math.pow(value.applyAsDouble(r) - mean, 2))
                .sum();
        return Math.sqrt(squares / (runs.size() - 1));
    }

    /// Sum over stages of a figure of a run.
    double sum(String run, String figure) {
        return of(run, figure).sum();
    }

    DoubleStream of(String run, String figure) {
        return whole.getOrDefault(run + " " + figure, List.of()).stream().mapToDouble(Double::doubleValue);
    }

    /// Every mean, deviation and worst value over seeds of every figure of every group, and what follows from them.
    TreeSet<Double> all() {
        TreeSet<Double> all = new TreeSet<>(List.of(0.0));
        rows.stream()
                .filter(r -> !r.has("step"))
                .forEach(r -> all.add(r.path("value").asDouble()));
        for (JsonNode task : file.path("tasks")) {
            List.of("trainRows", "validationRows", "testRows")
                    .forEach(k -> all.add(task.path(k).asDouble()));
        }
        for (JsonNode first : file.path("runs")) {
            List<String> group = new ArrayList<>();
            for (JsonNode run : file.path("runs")) {
                if (List.of("method", "lr", "order").stream()
                        .allMatch(k -> run.path(k).equals(first.path(k)))) {
                    group.add(run.path("name").asString());
                }
            }
            if (first.path("name").asString().equals(group.getFirst())) {
                group(all, first, group);
            }
        }
        return all;
    }

    private void group(TreeSet<Double> all, JsonNode first, List<String> group) {
        all.addAll(List.of(first.path("lr").asDouble(), (double) group.size()));
        double sparsity = first.path("sparsity").asDouble(0);
        all.addAll(List.of(sparsity, (1 - sparsity) / (1 + sparsity)));
        rows.stream()
                .filter(r -> r.path("run").asString().equals(group.getFirst()) && !r.has("step"))
                .forEach(r -> spread(
                        all,
                        group,
                        run -> values.getOrDefault(
                                key(r).replace("[" + group.getFirst() + ",", "[" + run + ","), Double.NaN)));
        for (String figure : List.of("train_tokens", "train_seconds", "calibration_tokens", "calibration_seconds")) {
            spread(all, group, run -> sum(run, figure));
        }
        spread(all, group, run -> sum(run, "train_tokens") + sum(run, "calibration_tokens"));
        spread(all, group, run -> sum(run, "train_tokens") / sum(run, "train_seconds"));
        for (String figure : List.of(
                "trainable",
                "result_bytes",
                "overlap",
                "sign_conflicts",
                "peak_memory",
                "alpha",
                "judged_by_answers",
                "gradient_share")) {
            spread(all, group, run -> of(run, figure).average().orElse(Double.NaN));
            spread(all, group, run -> of(run, figure).max().orElse(Double.NaN));
        }
        spread(
                all,
                group,
                run -> Math.sqrt(of(run, "trainable").average().orElse(Double.NaN)
                        / of(run, "pool").average().orElse(Double.NaN)));
        densities(all, group);
        scores(all, first, group);
    }

    /// After fewer tasks than all: the mean of those learned by then, and what was kept of all but the last.
    private void prefix(TreeSet<Double> all, List<String> group, String figure, List<String> order) {
        int stages = order.size();
        spread(
                all,
                group,
                run -> order.stream()
                        .mapToDouble(t -> score(run, figure, stages, t, "test"))
                        .average()
                        .orElseThrow());
        spread(
                all,
                group,
                run -> order.subList(0, stages - 1).stream()
                        .mapToDouble(t -> kept(run, figure, t, order.indexOf(t) + 1, stages, "test"))
                        .average()
                        .orElseThrow());
    }

    private void scores(TreeSet<Double> all, JsonNode first, List<String> group) {
        List<String> order = new ArrayList<>();
        first.path("order").forEach(task -> order.add(task.asString()));
        boolean merge = first.path("kind").asString().equals("merge");
        int last = merge ? 1 : order.size();
        for (String figure : List.of("loss", "accuracy")) {
            for (String split : List.of("test", "validation")) {
                ToDoubleFunction<String> average = run -> order.stream()
                        .mapToDouble(t -> score(run, figure, last, t, split))
                        .average()
                        .orElseThrow();
                spread(all, group, average);
                if (merge) {
                    order.forEach(task -> spread(all, group, run -> merged(first, run, task)));
                    continue;
                }
                List<String> earlier = order.subList(0, order.size() - 1);
                for (String task : earlier) {
                    int stage = order.indexOf(task) + 1;
                    spread(all, group, run -> kept(run, figure, task, stage, last, split));
                }
                spread(
                        all,
                        group,
                        run -> earlier.stream()
                                .mapToDouble(t -> kept(run, figure, t, order.indexOf(t) + 1, last, split))
                                .average()
                                .orElse(Double.NaN));
                for (int stages = 2; stages <= order.size(); stages++) {
                    prefix(all, group, figure, order.subList(0, stages));
                }
                double sign = figure.equals("loss") ? -1 : 1;
                spread(
                        all,
                        group,
                        run -> sign
                                * earlier.stream()
                                        .mapToDouble(t -> score(run, figure, last, t, split)
                                                - score(run, figure, order.indexOf(t) + 1, t, split))
                                        .average()
                                        .orElse(Double.NaN));
            }
        }
    }

    /// Kept by a merge: beside the run over that task alone.
    private double merged(JsonNode merge, String run, String task) {
        String seed = run.substring(run.length() - 1);
        String own = runs(merge.path("merged").asString(), merge.path("lr").asDouble(), 1).stream()
                .filter(name -> name.endsWith(seed)
                        && values.containsKey(List.of(name, "loss", "1", task, "test", "", "", "")
                                .toString()))
                .findFirst()
                .orElseThrow();
        double base = score("base", "loss", 0, task, "test");
        return (base - score(run, "loss", 1, task, "test")) / (base - score(own, "loss", 1, task, "test"));
    }

    private void densities(TreeSet<Double> all, List<String> group) {
        for (JsonNode part : rows) {
            if (part.path("figure").asString().equals("mask_share")
                    && part.path("run").asString().equals(group.getFirst())) {
                spread(all, group, run -> {
                    double[] sums = Objects.requireNonNull(shares.get(run + part.path("stage")));
                    double value = values.getOrDefault(
                            key(part).replace("[" + group.getFirst() + ",", "[" + run + ","), Double.NaN);
                    return value / (sums[0] / sums[1]);
                });
            }
        }
    }

    private static void spread(TreeSet<Double> all, List<String> group, ToDoubleFunction<String> value) {
        List<String> known = group.stream()
                .filter(run -> Double.isFinite(value.applyAsDouble(run)))
                .toList();
        if (known.isEmpty()) {
            return;
        }
        all.add(mean(known, value));
        known.forEach(run -> all.add(value.applyAsDouble(run)));
        if (known.size() > 1) {
            all.add(deviation(known, value));
        }
    }

    /// Whether a set has a value but for rounding.
    static boolean has(TreeSet<Double> all, double value) {
        // Six digits are written.
        double room = 5e-6 * Math.max(1e-3, Math.abs(value));
        return !all.subSet(value - room, true, value + room, true).isEmpty();
    }
}
