package io.lota4j.internal.report;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.RunFile;
import io.lota4j.internal.metrics.RunFile.Run;
import io.lota4j.metrics.Metric;
import io.lota4j.metrics.Metric.Where;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Several experiments on the same base and tasks as one.
///
/// Runs are renamed, so that no two have the same name; a method whose settings differ between experiments gets the
/// experiment's name behind its own.
final class JoinedResults {
    private final List<Results> parts;
    private final List<String> names;
    private final Set<String> clashing = new LinkedHashSet<>();

    private JoinedResults(List<Results> parts, List<String> names) {
        this.parts = parts;
        this.names = names;
    }

    /// @param parts at least one
    /// @param names of the experiments, no two alike
    /// @throws LotaException if they do not share base and tasks, with what differs, or have a run in common
    static Results of(List<Results> parts, List<String> names) {
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        for (int i = 1; i < parts.size(); i++) {
            requireSame(parts.getFirst().file(), names.getFirst(), parts.get(i).file(), names.get(i));
        }
        JoinedResults joined = new JoinedResults(parts, names);
        joined.findClashes();
        return joined.results();
    }

    private static void requireSame(RunFile a, String nameA, RunFile b, String nameB) {
        require("base", a.base().fingerprint(), nameA, b.base().fingerprint(), nameB);
        require(
                "tasks",
                a.tasks().stream().map(RunFile.Task::name).toList(),
                nameA,
                b.tasks().stream().map(RunFile.Task::name).toList(),
                nameB);
        for (int i = 0; i < a.tasks().size(); i++) {
            require(
                    "task",
                    a.tasks().get(i).withoutRow(),
                    nameA,
                    b.tasks().get(i).withoutRow(),
                    nameB);
        }
        // Figures of a probe stand beside each other only if all were asked the same and judged alike.
        require("risk", Objects.toString(a.risk(), "none"), nameA, Objects.toString(b.risk(), "none"), nameB);
        require("probes", a.probes(), nameA, b.probes(), nameB);
    }

    private static void require(String what, Object a, String nameA, Object b, String nameB) {
        if (!a.equals(b)) {
            throw new LotaException(Text.format(
                    "%s and %s cannot be compared: %s is %s in the first and %s in the second.",
                    nameA, nameB, what, a, b));
        }
    }

    private void findClashes() {
        Map<String, Object> seen = new HashMap<>();
        for (Results part : parts) {
            for (Run run : part.file().runs()) {
                Object settings = List.of(run.kind(), String.valueOf(run.sparsity()), run.settings());
                if (!settings.equals(seen.computeIfAbsent(run.method(), m -> settings))) {
                    clashing.add(run.method());
                }
            }
        }
    }

    private Results results() {
        List<Run> runs = new ArrayList<>();
        List<Metric> metrics = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            String name = names.get(i);
            parts.get(i).file().runs().forEach(run -> runs.add(renamed(run, name)));
            boolean first = i == 0;
            parts.get(i).metrics().stream()
                    .filter(m -> first || !m.where().run().equals(Results.BASE))
                    .forEach(m -> metrics.add(renamed(m, name)));
        }
        refuseTwins(runs);
        return new Results(file(runs), metrics);
    }

    private Run renamed(Run run, String name) {
        return new Run(
                name + "/" + run.name(),
                label(run.method(), name),
                run.kind(),
                run.sparsity(),
                run.lr(),
                run.order(),
                run.seed(),
                run.settings(),
                run.merged() == null ? null : label(run.merged(), name),
                run.protection(),
                run.by());
    }

    private String label(String method, String name) {
        return clashing.contains(method) ? Text.format("%s (%s)", method, name) : method;
    }

    private static Metric renamed(Metric metric, String name) {
        Where w = metric.where();
        String run = w.run().equals(Results.BASE) ? w.run() : name + "/" + w.run();
        return new Metric(w.of(run, w.seed(), w.stage()), metric.figure(), metric.value(), metric.n());
    }

    private static void refuseTwins(List<Run> runs) {
        Map<Object, String> seen = new HashMap<>();
        for (Run run : runs) {
            String other = seen.putIfAbsent(List.of(run.method(), run.lr(), run.course(), run.seed()), run.name());
            if (other != null) {
                throw new LotaException(Text.format(
                        "%s and %s are the same run: method %s, rate %s, seed %d. Give only one of them.",
                        other, run.name(), run.method(), run.lr(), run.seed()));
            }
        }
    }

    private RunFile file(List<Run> runs) {
        RunFile first = parts.getFirst().file();
        Set<String> equal = new LinkedHashSet<>();
        parts.forEach(p -> equal.addAll(p.file().equal()));
        return new RunFile(
                RunFile.FORMAT,
                Phrases.list(names),
                about(),
                joined(RunFile::command, "\n"),
                joined(RunFile::recipe, "\n\n"),
                first.base(),
                first.tasks(),
                runs,
                List.copyOf(equal),
                merged(RunFile::versions),
                merged(RunFile::machine),
                joined(RunFile::started, ", "),
                parts.stream().mapToDouble(p -> p.file().seconds()).sum(),
                parts.stream().allMatch(p -> p.file().finished()),
                first.risk(),
                first.probes(),
                parts.stream()
                        .flatMap(p -> p.file().protections().stream())
                        .distinct()
                        .toList());
    }

    private @Nullable String about() {
        Set<String> said = new LinkedHashSet<>();
        parts.forEach(part -> {
            if (part.file().about() != null) {
                said.add(part.file().about());
            }
        });
        return said.isEmpty() ? null : String.join(" ", said);
    }

    private String joined(Function<RunFile, String> text, String between) {
        return String.join(
                between, parts.stream().map(p -> text.apply(p.file())).toList());
    }

    /// Values that differ stand beside each other.
    private Map<String, String> merged(Function<RunFile, Map<String, String>> map) {
        Map<String, Set<String>> values = new LinkedHashMap<>();
        parts.forEach(p -> map.apply(p.file())
                .forEach((key, value) ->
                        values.computeIfAbsent(key, k -> new LinkedHashSet<>()).add(value)));
        Map<String, String> all = new LinkedHashMap<>();
        values.forEach((key, value) -> all.put(key, String.join(" / ", value)));
        return all;
    }
}
