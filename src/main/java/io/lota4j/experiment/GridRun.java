package io.lota4j.experiment;

import java.util.List;
import java.util.Locale;

/// One run of a grid: one method, learning rate, order of tasks and seed.
///
/// @param variant what is done at each stage
/// @param order tasks, one a stage
/// @param seed of data orders, random masks and adapters
public record GridRun(Variant variant, List<String> order, long seed) {
    /// Unique in a grid, such as `lota-99-lr0.001-sql.arc-easy-s0`.
    public String name() {
        return "%s-lr%s-%s-s%d".formatted(slug(variant.label()), rate(variant.lr()), String.join(".", order), seed);
    }

    /// A learning rate as a part of a name, such as `0.001` or `1e-4`.
    static String rate(double lr) {
        return Double.toString(lr).replace(".0E", "e").replace('E', 'e');
    }

    /// A label as a part of a file's name.
    static String slug(String label) {
        return label.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-").replaceAll("^-|-$", "");
    }
}
