package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.LayerName;
import io.lota4j.metrics.Figure;
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
    /// Over so many maps those of protected methods are left out.
    private static final int MOST = 6;
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

    /// A map and what it is of.
    ///
    /// @param alone whether nothing protects the method
    record Titled(Element title, boolean alone, LayerMap map) {}

    /// Maps with one scale beside each other, and what their colours mean. Of many only those of methods alone.
    ///
    /// @param figure that the maps show, to say where others are
    static List<Element> panels(List<Titled> maps, String label, Figure figure, DoubleFunction<String> text) {
        boolean few = maps.size() <= MOST || maps.stream().noneMatch(Titled::alone);
        List<Titled> shown = maps.stream().filter(one -> few || one.alone).toList();
        double max = max(shown.stream().map(one -> one.map.max()).toList());
        List<Element> all = new ArrayList<>();
        if (shown.size() < maps.size()) {
            all.add(Element.of(
                            "p",
                            Text.format(
                                    "Maps of methods alone. Those of the same with a protection, %d more, are left out:"
                                            + " their figures are in metrics.jsonl, %s by part.",
                                    maps.size() - shown.size(), figure.key()))
                    .in("note"));
        }
        all.add(legend(max, text));
        all.add(Section.panels(shown.stream()
                .map(one -> Section.panel(one.title, one.map.html(label, max, text)))
                .toList()));
        return all;
    }

    double max() {
        return max(cells.values());
    }

    private static double max(Collection<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    }

    /// @param max value of the darkest cell
    private Element html(String label, double max, DoubleFunction<String> text) {
        Set<String> kinds = new LinkedHashSet<>(USUAL);
        kinds.retainAll(cells.keySet().stream().map(Place::kind).toList());
        cells.keySet().forEach(place -> kinds.add(place.kind()));
        double width = (WIDTH - LEFT - 6) / layers;
        double bottom = kinds.size() * ROW;
        Element svg = Svg.figure(WIDTH, bottom + 34, label);
        Element names = Element.of("g").in("tick").with("text-anchor", "end");
        Element drawn = Element.of("g").in("cell");
        int row = 0;
        for (String kind : kinds) {
            names.add(Svg.text(LEFT - 6, row * ROW + 11, kind));
            for (int layer = 0; layer < layers; layer++) {
                Double value = cells.get(new Place(layer, kind));
                if (value != null) {
                    String path = Svg.format("M%s %sh%sv%sh%sz", LEFT + layer * width, row * ROW, width, ROW, -width);
                    drawn.add(Svg.path(path)
                            .with("fill-opacity", Svg.share(max > 0 ? value / max : 0))
                            .with("data-value", value)
                            .add(Svg.title(text.apply(value))));
                }
            }
            row++;
        }
        svg.add(names, drawn);
        int step = (int) Math.max(1, Scale.step(layers / 8.0));
        for (int layer = 0; layer < layers; layer += step) {
            svg.add(Svg.text(LEFT + (layer + 0.5) * width, bottom + 13, "middle", Integer.toString(layer))
                    .in("tick"));
        }
        return svg.add(
                Svg.text((LEFT + WIDTH) / 2, bottom + 29, "middle", "layer").in("axis"));
    }

    /// What the darkest cell means.
    private static Element legend(double max, DoubleFunction<String> text) {
        Element bar = Element.of("span").in("ramp");
        return Element.of("p")
                .in("rampline")
                .add(
                        Element.of("span", text.apply(0)),
                        bar,
                        Element.of("span", text.apply(max)).with("data-value", max));
    }
}
