package io.lota4j.internal.experiment;

import io.lota4j.internal.Text;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// One run of a grid: one method, learning rate, order of tasks, seed and protection.
///
/// @param variant what is done at each stage
/// @param order tasks, one a stage
/// @param seed of data orders, random masks and adapters
/// @param beside tasks that are learned alone as well, and whose masks the first stage's leaves alone
/// @param protection what is done so that what was known before stays
public record GridRun(Variant variant, List<String> order, long seed, List<String> beside, Protection protection) {
    public GridRun(Variant variant, List<String> order, long seed) {
        this(variant, order, seed, List.of(), Protection.NONE);
    }

    /// One task alone, with a mask that has nothing in common with those of the tasks before it.
    public static GridRun disjoint(Variant variant, List<String> tasks, int task, long seed) {
        return new GridRun(variant, List.of(tasks.get(task)), seed, tasks.subList(0, task), Protection.NONE);
    }

    /// The same run with something done so that what was known before stays.
    public GridRun with(Protection other) {
        return new GridRun(variant, order, seed, beside, other);
    }

    /// Of method and protection, in tables.
    public String label() {
        return protection.label(variant);
    }

    /// The runs over the tasks beside this one, in an order in which each has what it needs.
    public List<GridRun> runsBeside() {
        return IntStream.range(0, beside.size())
                .mapToObj(task -> disjoint(variant, beside, task, seed).with(protection.whileTraining()))
                .toList();
    }

    /// Unique in a grid, such as `lota-99-lr0.001-sql.arc-easy-s0`.
    public String name() {
        String tasks = String.join(".", order) + (beside.isEmpty() ? "" : "-beside-" + String.join(".", beside));
        return Text.format("%s-lr%s-%s-s%d", slug(label()), rate(variant.lr()), tasks, seed);
    }

    /// A learning rate as a part of a name, such as `0.001` or `1e-4`.
    public static String rate(double lr) {
        return Double.toString(lr).replace(".0E", "e").replace('E', 'e');
    }

    /// A label as a part of a file's name.
    public static String slug(String label) {
        return label.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-").replaceAll("^-|-$", "");
    }
}
