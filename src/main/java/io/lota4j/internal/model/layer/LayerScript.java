package io.lota4j.internal.model.layer;

import io.lota4j.internal.Text;
import io.lota4j.internal.model.layer.ForwardScript.Past;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The TorchScript of one kind of layer, generated from its steps, and what goes with it.
///
/// Methods, each with the number of the script behind its name: `layer` computes the output; `kept` also the values
/// that going back needs, before it; `inner` these alone; `back` the gradients; `cached` the output of new tokens
/// beside a cache of keys and values. For scores, where tokens meet in attention only: `begun` computes the output of
/// what sequences begin with, and its keys and values; `behind` the output of what is behind such a start; `scored` as
/// `behind`, but the output of some tokens only.
///
/// @param source of the methods
/// @param weights that the methods take, in this order
/// @param deliveries what the results of `back` are for
/// @param floatsKept F32 values a token that going back needs beside the layer's input
/// @param floatsBack F32 values a token has on the way back, beside these
/// @param scoring whether there are methods for scores
public record LayerScript(
        String source,
        List<Weight> weights,
        List<Delivery> deliveries,
        long floatsKept,
        long floatsBack,
        boolean scoring) {
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
        String source = method("layer", number, input, forward(flow, result, true, Past.NONE), List.of(flow.result()))
                + method("kept", number, input, forward(flow, all, true, Past.NONE), List.copyOf(all))
                + method("inner", number, input, forward(flow, new LinkedHashSet<>(kept), true, Past.NONE), kept)
                + method("back", number, BACK, back.lines(), back.results())
                + method("cached", number, CACHED, forward(flow, result, false, Past.CACHE), List.of(flow.result()))
                + flow.onlyMeeting()
                        .map(attend -> scoring(flow, attend, number, input))
                        .orElse("");
        long floats = kept.stream().mapToLong(flow::width).sum();
        return new LayerScript(
                source,
                steps.stream().flatMap(step -> step.weights().stream()).toList(),
                back.deliveries(),
                floats,
                flow.floatsBack(),
                flow.onlyMeeting().isPresent());
    }

    private static final String BACK = "(self, dy: Tensor, x: Tensor, s: List[Tensor], w: List[Tensor], cos: Tensor,"
            + " sin: Tensor, groups: Tensor) -> List[Tensor]:\n";
    private static final String CACHED = "(self, x: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, keys: Tensor,"
            + " values: Tensor, slots: Tensor, starts: Tensor, lengths: Tensor) -> List[Tensor]:\n";
    private static final String BEHIND = "(self, x: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, groups: Tensor,"
            + " keys: Tensor, values: Tensor) -> List[Tensor]:\n";
    private static final String SCORED = "(self, x: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, groups: Tensor,"
            + " keys: Tensor, values: Tensor, some: Tensor) -> List[Tensor]:\n";

    /// The methods for scores.
    private static String scoring(Dataflow flow, Step.Attend attend, int number, String input) {
        List<String> begun = List.of(flow.result(), attend.k(), attend.v());
        return method("begun", number, input, forScores(flow, new LinkedHashSet<>(begun), Past.NONE), begun)
                + method(
                        "behind",
                        number,
                        BEHIND,
                        forScores(flow, Set.of(flow.result()), Past.START),
                        List.of(flow.result()))
                + method("scored", number, SCORED, scored(flow), List.of(flow.result()));
    }

    /// Steps that see where a token stands compute all tokens, and so do those that they need. The others compute
    /// `some`.
    private static List<String> scored(Dataflow flow) {
        Set<Step> whole = flow.neededFor(flow.placed());
        Set<Step> rest = new LinkedHashSet<>(flow.neededFor(Set.of(flow.result())));
        rest.removeAll(whole);
        Set<String> chosen = new LinkedHashSet<>(Set.of(flow.result()));
        rest.forEach(step -> chosen.addAll(step.inputs()));
        rest.forEach(step -> step.outputs().forEach(value -> chosen.remove(value.name())));
        List<String> lines = new ArrayList<>();
        lines.addAll(fused(flow, whole, chosen, Past.START));
        for (String value : chosen) {
            lines.add(ForwardScript.assign(value, Text.format("torch.index_select(%s, 0, some)", value)));
        }
        lines.addAll(fused(flow, rest, Set.of(flow.result()), Past.START));
        return lines;
    }

    private static List<String> forScores(Dataflow flow, Set<String> wanted, Past past) {
        return fused(flow, flow.neededFor(wanted), wanted, past);
    }

    /// The lines of some steps, values by token and products fused with what comes behind them.
    private static List<String> fused(Dataflow flow, Set<Step> some, Set<String> wanted, Past past) {
        ForwardScript script = new ForwardScript(flow, wanted, false, past, flow.fused(some, wanted));
        return flow.steps().stream()
                .filter(some::contains)
                .flatMap(step -> script.lines(step).stream())
                .toList();
    }

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
    /// @param past what is before the tokens
    private static List<String> forward(Dataflow flow, Set<String> wanted, boolean byFeature, Past past) {
        Set<Step> needed = flow.neededFor(wanted);
        List<String> lines = new ArrayList<>();
        ForwardScript script = new ForwardScript(flow, wanted, byFeature, past);
        flow.steps().stream().filter(needed::contains).forEach(step -> lines.addAll(script.lines(step)));
        return lines;
    }
}
