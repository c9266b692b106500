package io.lota4j.internal.experiment;

import io.lota4j.internal.Text;
import io.lota4j.internal.train.SettingsText;
import io.lota4j.train.fit.FitConfig;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A merge of what separately trained tasks learned.
///
/// @param of labels of the methods whose results are merged; empty: of all
/// @param method of merging
/// @param parameters one value, or one for each task
/// @param fit how coefficients are fitted, or null for a method that fits none
/// @param tunedRows validation rows of each task that choose one factor of all changes; 0: none is chosen
public record MergeSettings(
        List<String> of,
        String method,
        Map<String, List<Double>> parameters,
        @Nullable FitConfig fit,
        int tunedRows) {
    /// Rows of each task that choose a factor where nobody says how many.
    public static final int TUNED_ROWS = 64;

    /// The method that fits coefficients.
    public static final String FIT = "fit";

    /// Whether one factor of all changes is chosen.
    public boolean isTuned() {
        return tunedRows > 0;
    }

    /// Whether the results of a method are merged.
    public boolean takes(Variant variant) {
        return variant.isAmong(of);
    }

    /// The method with its parameters, such as `ties density=0.2`, `add tuned` or `fit per matrix`.
    public String label() {
        if (fit != null) {
            return label(fit);
        }
        StringBuilder label = new StringBuilder(method);
        new TreeMap<>(parameters)
                .forEach((name, values) -> label.append(Text.format(
                        " %s=%s", name, values.stream().map(Number::toString).collect(Collectors.joining(",")))));
        if (isTuned()) {
            label.append(" tuned");
        }
        if (isTuned() && tunedRows != TUNED_ROWS) {
            label.append(Text.format(" rows=%d", tunedRows));
        }
        return label.toString();
    }

    /// What has its default is left out.
    private static String label(FitConfig fit) {
        FitConfig usual = FitConfig.DEFAULT;
        String settings = new SettingsText()
                .with("answers", fit.answers(), usual.answers())
                .with("batch", fit.batch(), usual.batch())
                .with("prompts", fit.rows(), usual.rows())
                .with("rate", fit.rate(), usual.rate())
                .with("steps", fit.steps(), usual.steps())
                .text()
                .replace(",", "");
        return Text.format("%s per %s %s", FIT, SettingsText.word(fit.per()), settings)
                .strip();
    }
}
