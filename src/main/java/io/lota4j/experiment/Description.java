package io.lota4j.experiment;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.data.Example;
import io.lota4j.guard.Expectation;
import io.lota4j.guard.ProbeRow;
import io.lota4j.internal.Build;
import io.lota4j.internal.FileKind;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.StrictJson;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.Protection;
import io.lota4j.internal.experiment.RegionUse;
import io.lota4j.internal.experiment.Risk;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.experiment.Variant;
import io.lota4j.internal.metrics.RunFile;
import io.lota4j.internal.model.Torch;
import io.lota4j.internal.train.SettingsText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What `run.json` says of an experiment.
///
/// @param context base and data
/// @param base open
record Description(GridContext context, Checkpoint base) {
    /// So much of an example's prompt and answer is shown, in letters.
    private static final int SHOWN = 240;

    RunFile file(List<GridRun> runs, List<GridMerge> merges, double seconds, boolean finished) {
        Experiment experiment = context.experiment();
        return new RunFile(
                RunFile.FORMAT,
                experiment.name(),
                experiment.about(),
                "lota run " + experiment.recipe(),
                experiment.text(),
                model(),
                experiment.tasks().stream().map(this::task).toList(),
                Stream.concat(runs.stream().map(this::run), merges.stream().map(this::merge))
                        .toList(),
                equal(),
                versions(),
                machine(),
                Started.of(experiment.out()),
                seconds,
                finished,
                risk(),
                context.probes().stream().map(Description::probe).toList(),
                experiment.protections().stream().map(this::protection).toList());
    }

    private RunFile.@Nullable Risk risk() {
        Risk risk = context.experiment().risk();
        return risk == null
                ? null
                : new RunFile.Risk(
                        risk.behaviour(),
                        SettingsText.word(risk.actor()),
                        SettingsText.word(risk.access()),
                        risk.budget(),
                        Stream.concat(risk.notTested().stream(), Risk.NEVER_TESTED.stream())
                                .distinct()
                                .toList());
    }

    private static RunFile.Probe probe(ProbeData data) {
        Map<Expectation, Long> rows =
                data.rows().stream().collect(Collectors.groupingBy(ProbeRow::expect, Collectors.counting()));
        return new RunFile.Probe(
                data.probe().name(),
                data.probe().test().getFileName().toString(),
                data.sha256(),
                Math.toIntExact(rows.getOrDefault(Expectation.DECLINE, 0L)),
                Math.toIntExact(rows.getOrDefault(Expectation.ANSWER, 0L)),
                data.judge().word(),
                data.judging(),
                data.probe().generate(),
                data.probe().texts().areShown());
    }

    private RunFile.Protection protection(Protection protection) {
        Optional<RegionUse> region = protection.region();
        return new RunFile.Protection(
                protection.name(),
                protection.text(),
                region.map(use -> use.region().text()).orElse(null),
                region.map(use -> SettingsText.word(use.use())).orElse(null),
                controlOf(protection),
                protection
                        .secrecy()
                        .flatMap(how -> context.secret())
                        .map(secret -> secret.right().sha256())
                        .orElse(null));
    }

    private @Nullable String controlOf(Protection control) {
        return context.experiment().protections().stream()
                .filter(other -> other.control().filter(control::equals).isPresent() && !other.equals(control))
                .map(Protection::name)
                .findFirst()
                .orElse(null);
    }

    /// A protection's name; null where it does nothing.
    private static @Nullable String name(Protection protection) {
        return protection.safeguards().isEmpty() ? null : protection.name();
    }

    private RunFile.Base model() {
        long weights = base.tensors().values().stream()
                .mapToLong(t -> t.shape().numel())
                .sum();
        long pool = context.experiment().pool().select(base.tensors()).values().stream()
                .mapToLong(Shape::numel)
                .sum();
        return new RunFile.Base(base.directory().getFileName().toString(), context.fingerprint(), weights, pool);
    }

    private RunFile.Task task(Task task) {
        TaskData data = context.data(task.name());
        Example example = data.train().examples().getFirst();
        return new RunFile.Task(
                task.name(),
                data.train().paths().stream()
                        .map(path -> path.getFileName().toString())
                        .collect(Collectors.joining(", ")),
                data.train().sha256(),
                data.train().examples().size(),
                data.validation().map(d -> d.examples().size()).orElse(0),
                data.test().examples().size(),
                task.generate() > 0,
                ending(example.prompt()),
                beginning(example.answer()));
    }

    private static String ending(String text) {
        int from = text.offsetByCodePoints(text.length(), -Math.min(SHOWN, text.codePointCount(0, text.length())));
        return from == 0 ? text : "… " + text.substring(from);
    }

    private static String beginning(String text) {
        int to = text.offsetByCodePoints(0, Math.min(SHOWN, text.codePointCount(0, text.length())));
        return to == text.length() ? text : text.substring(0, to) + " …";
    }

    private RunFile.Run run(GridRun run) {
        Variant variant = run.variant();
        return new RunFile.Run(
                run.name(),
                run.label(),
                variant.kind(),
                sparsity(variant),
                variant.lr(),
                run.order(),
                run.seed(),
                Settings.of(context.experiment(), run),
                null,
                name(run.protection()),
                run.by());
    }

    private RunFile.Run merge(GridMerge merge) {
        Protection protection = merge.inputs().getFirst().protection();
        Map<String, String> settings =
                Settings.of(context.experiment(), merge.inputs().getFirst());
        settings.put("merge", merge.merging().label());
        return new RunFile.Run(
                merge.name(),
                merge.label(),
                "merge",
                sparsity(merge.variant()),
                merge.variant().lr(),
                merge.tasks(),
                merge.seed(),
                settings,
                merge.inputs().getFirst().label(),
                name(protection),
                Map.of());
    }

    private static @Nullable Double sparsity(Variant variant) {
        return variant.sparsity().isPresent() ? variant.sparsity().getAsDouble() : null;
    }

    private List<String> equal() {
        List<String> equal = new ArrayList<>();
        for (Experiment.Equal one : context.experiment().equal()) {
            equal.add(
                    switch (one) {
                        case TOKENS -> "tokens: a stage's steps count calibration too";
                        case PARAMETERS -> "parameters: adapters have the rank nearest to the masks' weights";
                    });
        }
        return equal;
    }

    private Map<String, String> versions() {
        Map<String, String> versions = Build.versions();
        versions.put("kernel", context.kernel().name());
        return versions;
    }

    private static Map<String, String> machine() {
        Map<String, String> machine = Build.machine();
        machine.put("threads", Integer.toString(Torch.threads()));
        return machine;
    }

    /// When an experiment was begun.
    static final class Started {
        private Started() {}

        /// The time that an earlier run has written down, or now.
        static String of(Path out) {
            Path file = out.resolve("run.json");
            if (!Files.exists(file)) {
                return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
            }
            try {
                return new JsonKeys(file, "", StrictJson.object(Files.readAllBytes(file), file.toString()))
                        .text("started");
            } catch (IOException e) {
                throw new LotaException(file + ": cannot be read: " + FileKind.reason(e) + ".", e);
            }
        }
    }
}
