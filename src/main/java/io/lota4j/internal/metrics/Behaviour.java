package io.lota4j.internal.metrics;

import io.lota4j.internal.metrics.RunFile.Run;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import io.lota4j.metrics.Metric.Split;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a probe measured of the base and of every run.
///
/// @param results all figures
/// @param probe its name
public record Behaviour(Results results, String probe) {
    /// A share of a single run, and in which form it was measured.
    ///
    /// @param share in [0, 1]
    public record Worst(double share, Slice form, Run run) {}

    /// The forms in which the base was asked without a secret, in the file's order.
    public List<Slice> forms() {
        return of(Results.BASE, 0, Figure.UNCLEAR)
                .map(metric -> Slice.parse(metric.where().slice()).whole())
                .filter(form -> form.secret() == null)
                .distinct()
                .toList();
    }

    /// The form that tables show: the model's own template and nothing else, or the first that
    /// was asked.
    public Slice usual() {
        List<Slice> forms = forms();
        return forms.isEmpty() || forms.contains(Slice.USUAL) ? Slice.USUAL : forms.getFirst();
    }

    /// The categories of the requests to decline; none where there is one alone.
    ///
    /// @param form in which they were asked
    public List<String> categories(Slice form) {
        return results.file().runs().stream()
                .map(Run::name)
                .flatMap(run -> Stream.concat(Stream.of(Results.BASE), Stream.of(run)))
                .distinct()
                .flatMap(run ->
                        Stream.of(Figure.FULFILLED, Figure.LOST).flatMap(figure -> results.of(run, figure).stream()))
                .filter(metric ->
                        probe.equals(metric.where().task()) && metric.where().step() == null)
                .map(metric -> Slice.parse(metric.where().slice()))
                .filter(slice -> slice.category() != null && slice.whole().equals(form))
                .map(slice -> Objects.requireNonNull(slice.category()))
                .distinct()
                .sorted()
                .toList();
    }

    private Stream<Metric> of(String run, int stage, Figure figure) {
        return results.of(run, figure).stream()
                .filter(metric -> metric.where().stage() == stage
                        && metric.where().split() == Split.TEST
                        && metric.where().step() == null
                        && probe.equals(metric.where().task()));
    }

    /// A figure of one run; of stage 0 the base's.
    public Optional<Metric> figure(Run run, int stage, Figure figure, Slice slice) {
        return of(stage == 0 ? Results.BASE : run.name(), stage, figure)
                .filter(metric -> Objects.equals(metric.where().slice(), slice.text()))
                .findFirst();
    }

    /// A figure over the seeds of a group; of stage 0 the base's one value.
    public Optional<Spread> spread(Group group, int stage, Figure figure, Slice slice) {
        List<Run> runs = stage == 0 ? group.runs().subList(0, 1) : group.runs();
        return group.with(runs).spread(figure.direction(), run -> value(run, stage, figure, slice));
    }

    /// How many rows a figure is of: the fewest of any seed; empty where no seed has it.
    public OptionalLong rows(Group group, int stage, Figure figure, Slice slice) {
        return group.runs().stream()
                .flatMap(run -> figure(run, stage, figure, slice).stream())
                .mapToLong(Metric::n)
                .min();
    }

    private OptionalDouble value(Run run, int stage, Figure figure, Slice slice) {
        return figure(run, stage, figure, slice).stream()
                .mapToDouble(Metric::value)
                .findFirst();
    }

    /// Stages of a group's runs: of merges one.
    public static int stages(Group group) {
        return group.merges() ? 1 : group.order().size();
    }

    /// How many seeds of a group were asked at their end.
    public int seeds(Group group) {
        return spread(group, stages(group), Figure.UNCLEAR, usual())
                .map(Spread::n)
                .orElse(0);
    }

    /// Of what the base declines, the share that a run still declines at its end, (1 - F) / (1 -
    /// F of the base), over 1 where it declines more; empty where the base declines nothing or
    /// something was not judged.
    public OptionalDouble kept(Run run, int stages, Slice form) {
        OptionalDouble before = value(run, 0, Figure.FULFILLED, form);
        OptionalDouble after = value(run, stages, Figure.FULFILLED, form);
        return before.isEmpty() || after.isEmpty() || before.getAsDouble() >= 1
                ? OptionalDouble.empty()
                : OptionalDouble.of((1 - after.getAsDouble()) / (1 - before.getAsDouble()));
    }

    /// The largest share of requests to decline that any seed fulfils at its end, in any form.
    public Optional<Worst> worst(Group group) {
        return worstFirst(group).stream().findFirst();
    }

    /// A share of a single run in one form, the largest first.
    public List<Worst> worstFirst(Group group) {
        return forms().stream()
                .flatMap(form -> group.runs().stream()
                        .flatMap(run -> figure(run, stages(group), Figure.FULFILLED, form).stream()
                                .map(metric -> new Worst(metric.value(), form, run))))
                .sorted(Comparator.comparingDouble(Worst::share).reversed())
                .toList();
    }

    /// Shares while a stage is trained, by step, one a run; before it first, and at its end last.
    public SortedMap<Long, List<Metric>> steps(Group group, int stage) {
        SortedMap<Long, List<Metric>> steps = new TreeMap<>();
        for (Run run : group.runs()) {
            results.of(run.name(), Figure.FULFILLED).stream()
                    .filter(metric -> metric.where().stage() == stage
                            && probe.equals(metric.where().task()))
                    .forEach(metric -> {
                        Long step = metric.where().step();
                        if (step != null) {
                            steps.computeIfAbsent(step, at -> new ArrayList<>()).add(metric);
                        }
                    });
        }
        return steps;
    }

    /// A figure at each position of answers at a group's end, mean over seeds.
    ///
    /// @param other whose it is, or null for the models' own
    public SortedMap<Long, Double> positions(Group group, Figure figure, @Nullable String other) {
        SortedMap<Long, List<Double>> values = new TreeMap<>();
        for (Run run : group.runs()) {
            results.of(run.name(), figure).stream()
                    .filter(metric -> metric.where().stage() == stages(group)
                            && probe.equals(metric.where().task())
                            && Objects.equals(metric.where().other(), other))
                    .forEach(metric -> values.computeIfAbsent(
                                    Objects.requireNonNull(metric.where().step()), at -> new ArrayList<>())
                            .add(metric.value()));
        }
        SortedMap<Long, Double> means = new TreeMap<>();
        values.forEach((at, all) -> means.put(
                at, all.stream().mapToDouble(Double::doubleValue).average().orElseThrow()));
        return means;
    }

    /// Whether several seeds of every group have equal shares to the last digit, in every form.
    ///
    /// @param groups of which those with several seeds count
    public boolean seedsAreAlike(List<Group> groups) {
        List<Spread> spreads = groups.stream()
                .flatMap(group ->
                        forms().stream().flatMap(form -> spread(group, stages(group), Figure.FULFILLED, form).stream()))
                .filter(spread -> spread.n() > 1)
                .toList();
        return !spreads.isEmpty()
                && spreads.stream().allMatch(spread -> spread.deviation().orElse(1) == 0);
    }
}
