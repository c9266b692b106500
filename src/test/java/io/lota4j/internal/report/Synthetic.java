package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.RunFile;
import io.lota4j.internal.metrics.RunFile.Run;
import io.lota4j.internal.metrics.RunFiles;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import io.lota4j.metrics.Metric.Split;
import io.lota4j.metrics.Metric.Where;
import io.lota4j.metrics.MetricsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// An experiment that nobody ran: four methods, three seeds, three tasks, two rates, two merges.
/// Its figures are drawn by a formula with a seeded spread, so that the more a run learns the
/// more it forgets.
final class Synthetic {
    static final List<String> TASKS = List.of("sql", "arc-easy", "gsm8k");
    static final List<String> KINDS =
            List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");
    private static final int LAYERS = 12;
    static final long POOL = 84_000_000;
    private static final double[] BASE_LOSS = {1.297, 2.273, 1.415};
    private static final double[] BEST_LOSS = {0.22, 0.205, 0.61};
    private static final int STEPS = 120;

    final List<Run> runs = new ArrayList<>();
    final List<Metric> metrics = new ArrayList<>();
    private final List<String> tasks;
    private final String named;
    private final int layers;
    private final List<RunFile.Protection> protections = new ArrayList<>();
    private List<String> categories = List.of("acts", "facts <b>");
    private final Random random = new Random(7);
    private boolean finished = true;
    private List<RunFile.Probe> probes = List.of();
    private static final RunFile.Risk RISK = new RunFile.Risk(
            "declines what it has no means for",
            "user",
            "fine-tuning",
            "120 steps",
            List.of("other languages", "images", "tools", "audio"));

    /// A method of the grid.
    ///
    /// @param gentle how much less it forgets than full fine-tuning, from 0 to 1
    /// @param protection of its runs, or null
    private record Method(
            String name,
            String kind,
            @Nullable Double sparsity,
            double[] rates,
            double gentle,
            @Nullable String protection) {
        Method(String name, String kind, @Nullable Double sparsity, double[] rates, double gentle) {
            this(name, kind, sparsity, rates, gentle, null);
        }
    }

    private static final List<Method> METHODS = List.of(
            new Method("full", "full", null, new double[] {2e-5, 5e-5}, 0),
            new Method("lora r8", "lora", null, new double[] {2e-4, 5e-4}, -0.5),
            new Method("lota 90%", "lota", 0.9, new double[] {1e-4, 3e-4}, 0.45),
            new Method("lotto 99%", "lotto", 0.99, new double[] {3e-4, 1e-3}, 0.62));

    private static final List<String> PROTECTIONS = List.of(
            "constrained", "frozen", "frozen by chance", "rewound", "rewound by chance", "mixed", "recovery", "secret");

    /// @param named what names of runs say of the order
    private Synthetic(List<String> tasks, String named, int layers) {
        this.tasks = tasks;
        this.named = named;
        this.layers = layers;
    }

    static Synthetic standard() {
        return of(TASKS, 3);
    }

    /// @param tasks three
    static Synthetic of(List<String> tasks, int seeds) {
        return of(tasks, seeds, METHODS);
    }

    /// With methods that forget as much less than full fine-tuning as is said, from 0 to 1.
    static Synthetic gentle(double... gentle) {
        List<Method> methods = new ArrayList<>();
        for (int i = 0; i < gentle.length; i++) {
            Method m = METHODS.get(i);
            methods.add(new Method(m.name(), m.kind(), m.sparsity(), m.rates(), gentle[i]));
        }
        return of(TASKS, 3, methods);
    }

    private static Synthetic of(List<String> tasks, int seeds, List<Method> methods) {
        Synthetic made = new Synthetic(tasks, tasks.getFirst(), LAYERS);
        made.base();
        for (Method method : methods) {
            for (double lr : method.rates()) {
                for (long seed = 0; seed < seeds; seed++) {
                    made.sequence(method, lr, seed);
                }
            }
        }
        for (long seed = 0; seed < seeds; seed++) {
            made.merges(METHODS.get(2), seed);
        }
        return made;
    }

    /// An experiment of the size of the guarded demo: 31 methods, most of them under a protection, 3 seeds, a task
    /// alone
    /// and before another, a probe with five categories asked in two forms, along a stage and by token.
    static Synthetic guarded() {
        Synthetic made = guarded(List.of("flip", "contrary")).and(guarded(List.of("flip")));
        for (String name : PROTECTIONS) {
            made.protections.add(new RunFile.Protection(
                    name,
                    "what is done so that " + name + " holds, with its settings",
                    name.startsWith("frozen") || name.startsWith("rewound") ? "decline without flip by snip" : null,
                    name.startsWith("frozen") ? "freeze" : name.startsWith("rewound") ? "rewind" : null,
                    name.endsWith(" by chance") ? name.replace(" by chance", "") : null,
                    null));
        }
        made.categories = List.of("!", "%", "&", "?", "~");
        List<String> names = made.runs.stream().map(Run::method).distinct().toList();
        Asked[] asked = new Asked[names.size()];
        for (int i = 0; i < asked.length; i++) {
            asked[i] = new Asked(names.get(i), 0.313 + i / 97.0, 0.0123 + i / 1311.0, 0.0511 + i / 731.0, 0.017);
        }
        made.probed(asked);
        names.forEach(made::followed);
        return made;
    }

    /// With the demo's one sparsity, so that nothing is drawn against it.
    private static Method withoutSparsities(Method method) {
        return method.sparsity() == null
                ? method
                : new Method(method.kind() + " 90%", method.kind(), 0.9, method.rates(), method.gentle());
    }

    private static Synthetic guarded(List<String> order) {
        Synthetic made = new Synthetic(order, String.join("-", order), 4);
        made.base();
        for (Method method : METHODS.stream().map(Synthetic::withoutSparsities).toList()) {
            List<String> all = new ArrayList<>(PROTECTIONS);
            if (!method.kind().equals("full") && !method.kind().equals("lota")) {
                all.removeIf(name -> name.startsWith("frozen"));
            }
            if (method.kind().equals("lotto")) {
                all.remove("secret");
            }
            all.addFirst("");
            for (String protection : all) {
                Method one = protection.isEmpty()
                        ? method
                        : new Method(
                                method.name() + ", " + protection,
                                method.kind(),
                                method.sparsity(),
                                method.rates(),
                                method.gentle(),
                                protection);
                for (long seed = 0; seed < 3; seed++) {
                    made.sequence(one, method.rates()[1], seed);
                }
            }
        }
        return made;
    }

    /// Takes everything of some runs away but the first stage, as if they were still on their
    /// way.
    Synthetic without(String method, long seed) {
        List<String> names = runs.stream()
                .filter(r -> r.method().equals(method) && r.seed() == seed)
                .map(Run::name)
                .toList();
        metrics.removeIf(m -> names.contains(m.where().run()) && m.where().stage() > 1);
        finished = false;
        return this;
    }

    /// With the runs of another on the same tasks in another order.
    Synthetic and(Synthetic other) {
        runs.addAll(other.runs);
        List<String> names = other.runs.stream().map(Run::name).toList();
        other.metrics.stream().filter(m -> names.contains(m.where().run())).forEach(metrics::add);
        return this;
    }

    /// As if no run had gone on to a second task.
    Synthetic firstTaskOnly() {
        runs.removeIf(r -> r.kind().equals("merge") || r.order().size() == 1);
        runs.replaceAll(r -> new Run(
                r.name(),
                r.method(),
                r.kind(),
                r.sparsity(),
                r.lr(),
                r.order().subList(0, 1),
                r.seed(),
                r.settings(),
                r.merged(),
                r.protection(),
                r.by()));
        return this;
    }

    Synthetic withoutSplit(Split split) {
        metrics.removeIf(m -> m.where().split() == split);
        return this;
    }

    Synthetic without(Figure figure) {
        metrics.removeIf(m -> m.figure() == figure);
        return this;
    }

    RunFile file() {
        return new RunFile(
                RunFile.FORMAT,
                "three tasks in a row",
                "An easy case, on purpose.",
                "lota run sequence.yaml",
                "tasks: [sql, arc-easy, gsm8k]\n# 3 < 4 & more\n",
                new RunFile.Base("SmolLM2-135M-Instruct", "81b217e6a7bbf061", 134_515_008, POOL),
                tasks.stream()
                        .map(t -> new RunFile.Task(
                                t,
                                t + "/train.jsonl",
                                "5e88" + t.length(),
                                2000,
                                64,
                                160,
                                true,
                                "<ask> " + t,
                                "say & stop"))
                        .toList(),
                List.copyOf(runs),
                List.of("training tokens a task", "examples and their order", "trained weights within 10%"),
                new LinkedHashMap<>(Map.of("lota4j", "development")),
                new LinkedHashMap<>(Map.of("processors", "2")),
                "2026-01-02T03:04:05Z",
                41_234,
                finished,
                probes.isEmpty() ? null : RISK,
                probes,
                List.copyOf(protections));
    }

    /// Of one method what was asked of a probe at every end: shares in the usual form, and 0.05
    /// more fulfilled in the form `prefill=5`.
    ///
    /// @param fulfilled of the requests to decline; null: none was judged
    /// @param over of the requests to answer that were declined; null: none was judged
    /// @param unclear of all rows
    record Asked(
            String method,
            @Nullable Double fulfilled,
            @Nullable Double over,
            double unclear,
            double degenerate) {}

    /// With a probe, for which the base fulfils a tenth and over-declines nothing.
    Synthetic probed(Asked... asked) {
        probes =
                List.of(new RunFile.Probe("decline", "decline.jsonl", "ab12", 200, 100, "words", "words 5e", 16, true));
        behaviour(Where.stage("base", 0, 0, "decline"), new Asked("base", 0.1, 0.0, 0.02, 0), 0);
        for (Run run : List.copyOf(runs)) {
            for (Asked one : asked) {
                for (int stage = 1; one.method().equals(run.method()) && stage <= stages(run); stage++) {
                    behaviour(Where.stage(run.name(), run.seed(), stage, "decline"), one, 0.001 * run.seed());
                }
            }
        }
        return this;
    }

    /// With the probe asked along the last stage, and the models compared by token: shares rise by a
    /// tenth every 5 steps, and the divergence halves from token to token.
    Synthetic followed(String method) {
        for (Run run : List.copyOf(runs)) {
            if (run.method().equals(method)) {
                Where at = Where.stage(run.name(), run.seed(), stages(run), "decline")
                        .at(Split.TEST);
                for (int step = 0; step <= 20; step += 5) {
                    add(at.atStep(step), Figure.FULFILLED, 0.1 + 0.02 * step, 32);
                }
                for (int token = 1; token <= 8; token++) {
                    add(at.atStep(token), Figure.KL, Math.pow(0.5, token), 200);
                    add(at.atStep(token), Figure.POSITION_LOSS, 0.25, 200);
                    add(at.atStep(token).beside("base"), Figure.POSITION_LOSS, 0.75, 200);
                }
            }
        }
        return this;
    }

    /// As if the probe were a private one.
    Synthetic hidden() {
        probes = probes.stream()
                .map(p -> new RunFile.Probe(
                        p.name(),
                        p.test(),
                        p.testSha256(),
                        p.decline(),
                        p.answer(),
                        p.judge(),
                        p.judging(),
                        p.generate(),
                        false))
                .toList();
        return this;
    }

    private static int stages(Run run) {
        return run.kind().equals("merge") ? 1 : run.order().size();
    }

    private void behaviour(Where run, Asked asked, double more) {
        for (String form : List.of("", "prefill=5")) {
            Where where = run.at(Split.TEST).sliced(form.isEmpty() ? null : form);
            double harder = form.isEmpty() ? more : more + 0.05;
            if (asked.fulfilled() != null) {
                add(where, Figure.FULFILLED, asked.fulfilled() + harder, 190);
                for (String category : categories) {
                    Where part = run.at(Split.TEST).sliced(("category=" + category + " " + form).strip());
                    add(part, Figure.FULFILLED, asked.fulfilled() + harder, category.startsWith("facts") ? 9 : 181);
                    if (run.stage() > 0) {
                        add(part, Figure.LOST, 3, 9);
                        add(part, Figure.REGAINED, 1, 9);
                    }
                }
            }
            if (asked.over() != null) {
                add(where, Figure.OVER_DECLINED, asked.over(), 100);
            }
            add(where, Figure.UNCLEAR, asked.unclear(), 300);
            add(where, Figure.DEGENERATE, asked.degenerate(), 300);
        }
    }

    Path write(Path directory) throws IOException {
        Files.createDirectories(directory);
        RunFiles.write(directory.resolve("run.json"), file());
        Files.writeString(directory.resolve("metrics.jsonl"), MetricsFile.text(metrics));
        return directory;
    }

    private void add(Where where, Figure figure, double value, long n) {
        metrics.add(new Metric(where, figure, value, n));
    }

    private double noise(double size) {
        return size * random.nextGaussian();
    }

    private void base() {
        for (int j = 0; j < tasks.size(); j++) {
            scores("base", 0, 0, j, BASE_LOSS[j], 0);
        }
        add(Where.stage("base", 0, 0, "wiki").at(Split.HELD_OUT), Figure.LOSS, 3.1, 4000);
    }

    /// @param learned share of what can be learned, 0: nothing
    private void scores(String run, long seed, int stage, int task, double loss, double learned) {
        Where where = Where.stage(run, seed, stage, tasks.get(task));
        add(where.at(Split.VALIDATION), Figure.LOSS, loss + Math.abs(noise(0.004)), 1800);
        add(where.at(Split.TEST), Figure.LOSS, loss + Math.abs(noise(0.004)), 4466);
        for (Split split : List.of(Split.VALIDATION, Split.TEST)) {
            double right = Math.max(0, Math.min(1, 0.6 * learned + noise(0.015)));
            add(where.at(split), Figure.ACCURACY, learned > 0 ? Math.round(96 * right) / 96.0 : 0.01, 96);
            add(where.at(split), Figure.UNPARSED, Math.round(96 * 0.3 * (1 - right)) / 96.0, 96);
        }
    }

    private void sequence(Method method, double lr, long seed) {
        String name = Text.format("%s-%s-%s-seed%d", method.name(), lr, named, seed);
        runs.add(run(name, method, lr, tasks, seed));
        double strength = lr == method.rates()[1] ? 1 : 0.8;
        double[] share = new double[tasks.size()];
        for (int stage = 1; stage <= tasks.size(); stage++) {
            for (int j = 0; j < stage - 1; j++) {
                share[j] *= 1 - Math.max(0, 0.3 * strength * (1 - method.gentle()) + noise(0.02));
            }
            share[stage - 1] = strength * (0.97 - 0.05 * method.gentle()) + noise(0.01);
            for (int j = 0; j < tasks.size(); j++) {
                scores(name, seed, stage, j, BASE_LOSS[j] - share[j] * (BASE_LOSS[j] - BEST_LOSS[j]), share[j]);
            }
            add(Where.stage(name, seed, stage, "wiki").at(Split.HELD_OUT), Figure.LOSS, 3.1 + 0.05 * stage, 4000);
            costs(name, seed, stage, method);
            curve(name, seed, stage, strength);
            masks(name, seed, stage, method);
        }
    }

    private Run run(String name, Method method, double lr, List<String> order, long seed) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("steps", Integer.toString(STEPS));
        settings.put("batch", "8");
        if (method.kind().equals("lora")) {
            settings.put("rank", "8");
        }
        return new Run(
                name,
                method.name(),
                method.kind(),
                method.sparsity(),
                lr,
                order,
                seed,
                settings,
                null,
                method.protection(),
                Map.of());
    }

    private void costs(String name, long seed, int stage, Method method) {
        Where where = Where.stage(name, seed, stage, tasks.get(stage - 1));
        double density = method.sparsity() == null ? 1 : 1 - method.sparsity();
        double trainable = method.kind().equals("lora") ? 2_442_240 : Math.round(density * POOL);
        add(where, Figure.TRAINABLE, trainable, 0);
        add(where, Figure.POOL, POOL, 0);
        add(where, Figure.TRAIN_TOKENS, 98_304 + stage, STEPS);
        add(where, Figure.TRAIN_SECONDS, 240 + Math.abs(noise(8)), STEPS);
        add(where, Figure.PEAK_MEMORY, 2.4e9 + 1e7 * stage + density * 1e9, 0);
        add(where, Figure.RESULT_BYTES, 7.3 * trainable, 0);
        add(where, Figure.DELTA_NORM, 2 + stage, 1000);
        if (method.kind().equals("full")) {
            add(where, Figure.ALPHA, 0.25 * (stage + 1), 64);
            add(where, Figure.JUDGED_BY_ANSWERS, stage == 1 ? 0 : 1, 64);
        }
        if (method.sparsity() != null) {
            add(
                    where,
                    Figure.GRADIENT_SHARE,
                    Math.sqrt(density) * (method.kind().equals("lota") ? 0.5 : 2),
                    16);
            add(where, Figure.CALIBRATION_TOKENS, 8192, 10);
            add(where, Figure.CALIBRATION_SECONDS, 31 + Math.abs(noise(1)), 10);
        }
    }

    private void curve(String name, long seed, int stage, double strength) {
        double from = BASE_LOSS[stage - 1];
        double to = BEST_LOSS[stage - 1];
        for (long step = 1; step <= STEPS; step++) {
            double loss = to + (from - to) * Math.exp(-strength * step / 12.0) + Math.abs(noise(0.05));
            Where where = Where.stage(name, seed, stage, tasks.get(stage - 1))
                    .at(Split.TRAIN)
                    .atStep(step);
            add(where, Figure.TRAIN_LOSS, loss, 220);
        }
    }

    private void masks(String name, long seed, int stage, Method method) {
        Double sparsity = method.sparsity();
        if (sparsity == null) {
            return;
        }
        Where where = Where.stage(name, seed, stage, tasks.get(stage - 1));
        boolean disjoint = method.kind().equals("lotto");
        for (int other = 0; other < stage - 1; other++) {
            Where beside = where.beside(tasks.get(other));
            add(beside, Figure.OVERLAP, disjoint ? 0 : 0.09 + noise(0.002), 16_000_000);
            each((part, middle) ->
                    add(beside.in(part), Figure.OVERLAP, disjoint ? 0 : 0.04 + 0.1 * middle + noise(0.003), 90_000));
        }
        if (disjoint && stage > 1) {
            add(where, Figure.CHANGED_EARLIER, 0, 840_000L * (stage - 1));
        }
        each((part, middle) ->
                add(where.in(part), Figure.MASK_SHARE, (1 - sparsity) * (0.6 + 0.7 * middle), POOL / 84));
    }

    private interface Part {
        /// @param middle 1 in the middle of the model, 0 at its ends
        void of(String part, double middle);
    }

    private void each(Part body) {
        for (int layer = 0; layer < layers; layer++) {
            for (String kind : KINDS) {
                double middle = 1 - Math.abs(2.0 * layer / (layers - 1) - 1);
                body.of(Text.format("layers.%d.%s", layer, kind), kind.startsWith("v") ? 1 : middle);
            }
        }
    }

    private void merges(Method method, long seed) {
        double lr = method.rates()[1];
        for (int j = 0; j < tasks.size(); j++) {
            String name = Text.format("%s-alone-%d-seed%d", method.name(), j, seed);
            runs.add(run(name, method, lr, List.of(tasks.get(j)), seed));
            scores(name, seed, 1, j, BEST_LOSS[j] + 0.02, 0.95);
            add(Where.stage(name, seed, 1, tasks.get(j)), Figure.TRAIN_TOKENS, 98_304 + j, STEPS);
        }
        for (String how : List.of("add", "ties")) {
            String name = Text.format("%s-%s-seed%d", method.name(), how, seed);
            runs.add(new Run(
                    name,
                    Text.format("%s + %s", method.name(), how),
                    "merge",
                    method.sparsity(),
                    lr,
                    tasks,
                    seed,
                    Map.of("merge", how),
                    method.name()));
            for (int j = 0; j < tasks.size(); j++) {
                double share = (how.equals("ties") ? 0.82 : 0.74) + noise(0.02);
                scores(name, seed, 1, j, BASE_LOSS[j] - share * (BASE_LOSS[j] - BEST_LOSS[j]), share);
                for (int other = 0; other < j; other++) {
                    Where where = Where.stage(name, seed, 1, tasks.get(j)).beside(tasks.get(other));
                    add(where, Figure.OVERLAP, 0.057 + noise(0.002), 16_000_000);
                    add(where, Figure.SIGN_CONFLICTS, 0.5 + noise(0.01), 1_150_000);
                }
            }
        }
    }
}
