package io.lota4j.internal.model.layer;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The TorchScript of one kind of layer, generated from its steps, and what goes with it.
///
/// Methods, each with the number of the script behind its name: `layer` computes the output; `kept` also the values
/// that going back needs, before it; `inner` these alone; `back` the gradients; `cached` the output of new tokens
/// beside a cache of keys and values.
///
/// @param source of the methods
/// @param weights that the methods take, in this order
/// @param deliveries what the results of `back` are for
/// @param floatsKept F32 values a token that going back needs beside the layer's input
/// @param floatsBack F32 values a token has on the way back, beside these
public record LayerScript(
        String source, List<Weight> weights, List<Delivery> deliveries, long floatsKept, long floatsBack) {
    /// What is handed to whoever wants a weight's gradient.
    public sealed interface Delivery {
        String weight();
    }

    /// A matrix's gradient: what goes in, and the gradient of what comes out.
    ///
    /// @param swapped whether the matrix is stored transposed
    /// @param places which tokens these are, among the results of `back`; null for all
    public record Product(
            String weight,
            @Nullable String bias,
            Operand x,
            Operand dy,
            boolean swapped,
            @Nullable Integer places) implements Delivery {}

    /// The whole gradient of another weight, among the results of `back`.
    public record Whole(String weight, int result) implements Delivery {}

    /// The whole gradient of a weight that holds a part for each expert.
    ///
    /// @param tokens how many went through each, among the results of `back`
    public record Parts(String weight, int result, int tokens) implements Delivery {}

    /// Where a value or a gradient is.
    ///
    /// @param index in the place's list
    /// @param byFeature whether it is `[features, tokens]`
    public record Operand(Place place, int index, boolean byFeature) {}

    /// The lists that operands are in.
    public enum Place {
        /// The layer's input.
        INPUT,
        /// The gradient of the layer's output.
        ABOVE,
        KEPT,
        RESULT
    }

    /// @param number behind the methods' names
    static LayerScript of(List<Step> steps, int number) {
        Dataflow flow = new Dataflow(steps);
        BackScript back = BackScript.of(flow);
        String head =
                "(self, %s: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, groups: Tensor) -> List[Tensor]:\n";
        String input = head.replace("%s", Step.INPUT);
        List<String> kept = flow.kept();
        Set<String> result = Set.of(flow.result());
        Set<String> all = new LinkedHashSet<>(kept);
        all.add(flow.result());
        String source = method("layer", number, input, forward(flow, result, true, null), List.of(flow.result()))
                + method("kept", number, input, forward(flow, all, true, null), List.copyOf(all))
                + method("inner", number, input, forward(flow, new LinkedHashSet<>(kept), true, null), kept)
                + method("back", number, BACK, back.lines(), back.results())
                + method("cached", number, CACHED, forward(flow, result, false, CACHE), List.of(flow.result()));
        long floats = kept.stream().mapToLong(flow::width).sum();
        return new LayerScript(
                source,
                steps.stream().flatMap(step -> step.weights().stream()).toList(),
                back.deliveries(),
                floats,
                flow.floatsBack());
    }

    private static final String BACK = "(self, dy: Tensor, x: Tensor, s: List[Tensor], w: List[Tensor], cos: Tensor,"
            + " sin: Tensor, groups: Tensor) -> List[Tensor]:\n";
    private static final String CACHED = "(self, x: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, keys: Tensor,"
            + " values: Tensor, slots: Tensor, starts: Tensor, lengths: Tensor) -> List[Tensor]:\n";
    private static final String CACHE = "keys, values, slots, starts, lengths";

    private static String method(String name, int number, String head, List<String> lines, List<String> results) {
        StringBuilder source = new StringBuilder("  def " + name + "_" + number + head);
        lines.forEach(line -> source.append("    ").append(line).append('\n'));
        return source.append("    return [")
                .append(String.join(", ", results))
                .append("]\n")
                .toString();
    }

    /// The steps that `wanted` values need.
    ///
    /// @param byFeature whether what goes into gates only is `[features, tokens]`
    /// @param cache the arguments of attention beside a cache; null for attention over the sequences themselves
    private static List<String> forward(Dataflow flow, Set<String> wanted, boolean byFeature, @Nullable String cache) {
        Set<Step> needed = flow.neededFor(wanted);
        List<String> lines = new ArrayList<>();
        ForwardScript script = new ForwardScript(flow, wanted, byFeature, cache);
        flow.steps().stream().filter(needed::contains).forEach(step -> lines.addAll(script.lines(step)));
        return lines;
    }
}
