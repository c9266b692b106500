package io.lota4j.internal.model.layer;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The methods of a decoder. Layers of the same steps share a script.
public final class Scripts {
    private final Blocks blocks;
    private final List<List<Step>> kinds = new ArrayList<>();
    private final List<LayerScript> scripts = new ArrayList<>();
    private final List<Integer> numbers = new ArrayList<>();

    private Scripts(Blocks blocks) {
        this.blocks = blocks;
        for (Block block : blocks.layers()) {
            int known = kinds.indexOf(block.steps());
            if (known < 0) {
                known = kinds.size();
                kinds.add(block.steps());
                scripts.add(LayerScript.of(block.steps(), known));
            }
            numbers.add(known);
        }
    }

    public static Scripts of(Blocks blocks) {
        return new Scripts(blocks);
    }

    /// The script of a layer.
    public LayerScript of(int layer) {
        return scripts.get(numbers.get(layer));
    }

    /// The number behind the names of a layer's methods.
    public int number(int layer) {
        return numbers.get(layer);
    }

    /// All layers' methods, and those before and behind the layers.
    public String source() {
        return scripts.stream().map(LayerScript::source).collect(Collectors.joining()) + HeadScript.source(blocks);
    }

    /// F32 values a token that going back needs, beside what goes into the layers.
    public long floatsKept() {
        return numbers.stream().mapToLong(n -> scripts.get(n).floatsKept()).sum();
    }

    /// As [#floatsKept] of the layer that has the most.
    public long mostKept() {
        return scripts.stream().mapToLong(LayerScript::floatsKept).max().orElse(0);
    }

    /// F32 values a token has on the way back through the layer that has the most, beside what was kept.
    public long mostBack() {
        return scripts.stream().mapToLong(LayerScript::floatsBack).max().orElse(0);
    }
}
