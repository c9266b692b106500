package io.lota4j.internal.experiment;

import io.lota4j.internal.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// One run of a grid: one method, learning rate, order of tasks, seed and protection.
///
/// @param variant what is done at each stage
/// @param order tasks, one a stage
/// @param seed of data orders, random masks and adapters
/// @param beside tasks that are learned alone as well, and whose masks the first stage's leaves alone
/// @param protection what is done so that what was known before stays
/// @param later the tasks that somebody else trains, and how: empty for as the run's method does
public record GridRun(
        Variant variant,
        List<String> order,
        long seed,
        List<String> beside,
        Protection protection,
        Map<String, Optional<Variant>> later) {
    public GridRun(Variant variant, List<String> order, long seed) {
        this(variant, order, seed, List.of(), Protection.NONE, Map.of());
    }

    /// One task alone, with a mask that has nothing in common with those of the tasks before it.
    public static GridRun disjoint(Variant variant, List<String> tasks, int task, long seed) {
        return new GridRun(variant, List.of(tasks.get(task)), seed, tasks.subList(0, task), Protection.NONE, Map.of());
    }

    /// The same run with something done so that what was known before stays.
    public GridRun with(Protection other) {
        return new GridRun(variant, order, seed, beside, other, later);
    }

    /// The same run with tasks that somebody else trains.
    public GridRun later(Map<String, Optional<Variant>> others) {
        return new GridRun(variant, order, seed, beside, protection, others);
    }

    /// How a stage is trained.
    public Variant variant(int stage) {
        return later.getOrDefault(order.get(stage), Optional.empty()).orElse(variant);
    }

    /// What protects a stage: nothing where somebody else trains it.
    public Protection protection(int stage) {
        return later.containsKey(order.get(stage)) ? Protection.NONE : protection;
    }

    /// Whether somebody else trains a stage, not by the run's method.
    public boolean isOthers(int stage) {
        return later.getOrDefault(order.get(stage), Optional.empty()).isPresent();
    }

    /// How somebody else trains tasks of the run, by task, such as `lora r8 at 0.001`; empty for as the
    /// run's method does.
    public Map<String, String> by() {
        Map<String, String> by = new LinkedHashMap<>();
        for (String task : order) {
            if (later.containsKey(task)) {
                by.put(task, later.get(task).map(GridRun::how).orElse(""));
            }
        }
        return by;
    }

    private static String how(Variant variant) {
        return Text.format("%s at %s", variant.label(), rate(variant.lr()));
    }

    /// Of method and protection, in tables.
    public String label() {
        return protection.label(variant);
    }

    /// The runs over the tasks beside this one, in an order in which each has what it needs.
    public List<GridRun> runsBeside() {
        return IntStream.range(0, beside.size())
                .mapToObj(task -> disjoint(variant, beside, task, seed)
                        .with(protection.merged())
                        .later(later))
                .toList();
    }

    /// Unique in a grid, such as `lota-99-lr0.001-sql.arc-easy-s0`.
    public String name() {
        String tasks = String.join(".", order) + (beside.isEmpty() ? "" : "-beside-" + String.join(".", beside));
        String others = by().values().stream()
                .filter(how -> !how.isEmpty())
                .map(how -> "-by-" + slug(how))
                .collect(Collectors.joining());
        return Text.format("%s-lr%s-%s%s-s%d", slug(label()), rate(variant.lr()), tasks, others, seed);
    }

    /// A learning rate as a part of a name, such as `0.001` or `1e-4`; `auto` where it is found.
    public static String rate(double lr) {
        return lr == Variant.AUTO
                ? "auto"
                : Double.toString(lr).replace(".0E", "e").replace('E', 'e');
    }

    /// A label as a part of a file's name.
    public static String slug(String label) {
        return label.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-").replaceAll("^-|-$", "");
    }
}
