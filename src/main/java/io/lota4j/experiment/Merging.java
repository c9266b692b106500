package io.lota4j.experiment;

import io.lota4j.Text;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// A merge of what separately trained tasks learned.
///
/// @param of labels of the methods whose results are merged; empty: of all
/// @param method of merging
/// @param parameters one value, or one for each task
public record Merging(List<String> of, String method, Map<String, List<Double>> parameters) {
    /// Whether the results of a method are merged.
    public boolean takes(Variant variant) {
        return of.isEmpty() || of.contains(variant.label()) || of.contains(variant.kind());
    }

    /// The method with its parameters, such as `ties density=0.2`.
    String label() {
        StringBuilder label = new StringBuilder(method);
        new TreeMap<>(parameters)
                .forEach((name, values) -> label.append(Text.format(
                        " %s=%s", name, values.stream().map(Number::toString).collect(Collectors.joining(",")))));
        return label.toString();
    }
}
