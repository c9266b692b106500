package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.LayerName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleFunction;

/// A map of a model: layers from left to right, a row for each kind of matrix.
///
/// @param cells value by layer and kind
/// @param layers how many
record LayerMap(Map<Place, Double> cells, int layers) {
    /// In the order in which a layer uses them; others follow.
    private static final List<String> USUAL =
            List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");
    private static final int MOST_LAYERS = 10_000;
    private static final double LEFT = 68;
    private static final double WIDTH = 360;
    private static final double ROW = 15;

    /// One matrix.
    record Place(int layer, String kind) {}

    /// The map of values by part. Those of several experts are one kind, with their mean.
    ///
    /// @param parts value by part, such as `layers.3.mlp.up_proj`; others are left out
    /// @return empty if no part is of that form
    static Optional<LayerMap> of(Map<String, Double> parts) {
        Map<String, String> kinds = kinds(parts.keySet());
        Map<Place, List<Double>> cells = new LinkedHashMap<>();
        parts.forEach((part, value) -> LayerName.of(part)
                .filter(name -> name.index() < MOST_LAYERS)
                .ifPresent(name -> cells.computeIfAbsent(
                                new Place(name.index(), Objects.requireNonNull(kinds.get(LayerName.kind(part)))),
                                place -> new ArrayList<>())
                        .add(value)));
        if (cells.isEmpty()) {
            return Optional.empty();
        }
        int layers = 1 + cells.keySet().stream().mapToInt(Place::layer).max().orElse(0);
        Map<Place, Double> means = new LinkedHashMap<>();
        cells.forEach((place, values) -> means.put(
                place,
                values.stream().mapToDouble(Double::doubleValue).average().orElse(0)));
        return Optional.of(new LayerMap(means, layers));
    }

    /// How rows are called, by kind: the last word, unless another kind ends in the same.
    private static Map<String, String> kinds(Collection<String> parts) {
        Map<String, Set<String>> byWord = new LinkedHashMap<>();
        parts.forEach(part -> {
            String kind = LayerName.kind(part);
            byWord.computeIfAbsent(kind.substring(kind.lastIndexOf('.') + 1), word -> new LinkedHashSet<>())
                    .add(kind);
        });
        Map<String, String> called = new LinkedHashMap<>();
        byWord.forEach((word, kinds) -> kinds.forEach(kind -> called.put(kind, kinds.size() == 1 ? word : kind)));
        return called;
    }

    double max() {
        return max(cells.values());
    }

    static double max(Collection<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    }

    /// @param max value of the darkest cell
    Element html(String label, double max, DoubleFunction<String> text) {
        Set<String> kinds = new LinkedHashSet<>(USUAL);
        kinds.retainAll(cells.keySet().stream().map(Place::kind).toList());
        cells.keySet().forEach(place -> kinds.add(place.kind()));
        double width = (WIDTH - LEFT - 6) / layers;
        double bottom = kinds.size() * ROW;
        Element svg = Svg.figure(WIDTH, bottom + 34, label);
        int row = 0;
        for (String kind : kinds) {
            svg.add(Svg.text(LEFT - 6, row * ROW + 11, "end", kind).in("tick"));
            for (int layer = 0; layer < layers; layer++) {
                Double value = cells.get(new Place(layer, kind));
                if (value != null) {
                    svg.add(Svg.rect(LEFT + layer * width, row * ROW, width, ROW)
                            .in("cell")
                            .with("fill-opacity", Svg.format("%s", max > 0 ? value / max : 0))
                            .with("data-value", value)
                            .add(Svg.title(Text.format("layer %d, %s: %s", layer, kind, text.apply(value)))));
                }
            }
            row++;
        }
        int step = (int) Math.max(1, Scale.step(layers / 8.0));
        for (int layer = 0; layer < layers; layer += step) {
            svg.add(Svg.text(LEFT + (layer + 0.5) * width, bottom + 13, "middle", Integer.toString(layer))
                    .in("tick"));
        }
        return svg.add(
                Svg.text((LEFT + WIDTH) / 2, bottom + 29, "middle", "layer").in("axis"));
    }

    /// What the darkest cell means.
    static Element legend(double max, DoubleFunction<String> text) {
        Element bar = Element.of("span").in("ramp");
        return Element.of("p")
                .in("rampline")
                .add(
                        Element.of("span", text.apply(0)),
                        bar,
                        Element.of("span", text.apply(max)).with("data-value", max));
    }
}
