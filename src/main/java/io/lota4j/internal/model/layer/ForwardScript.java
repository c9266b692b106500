package io.lota4j.internal.model.layer;

import io.lota4j.internal.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/// The lines that compute steps.
///
/// @param wanted values that must not be written over
/// @param byFeature whether values that the dataflow says so of are laid out by feature
/// @param past where attention finds what is before the tokens
/// @param fused products that make the value of the step that alone uses theirs, with that step
record ForwardScript(Dataflow flow, Set<String> wanted, boolean byFeature, Past past, Map<Step.Linear, Step> fused) {
    /// What is before the tokens of a pass.
    enum Past {
        /// Nothing: the pass has whole sequences.
        NONE,
        /// What all sequences begin with: its keys and values are arguments.
        START,
        /// A cache of keys and values.
        CACHE
    }

    /// Without fused products.
    ForwardScript(Dataflow flow, Set<String> wanted, boolean byFeature, Past past) {
        this(flow, wanted, byFeature, past, Map.of());
    }

    private static final String CACHE = "keys, values, slots, starts, lengths";

    List<String> lines(Step step) {
        return switch (step) {
            case Step.Norm norm -> List.of(assign(norm.out(), norm(norm, flow)));
            case Step.Linear linear -> linear(linear);
            case Step.Deal deal -> deal(deal);
            case Step.Rotate rotate ->
                List.of(assign(
                        rotate.out(),
                        Text.format(
                                "(self).rotate(%s, %s, sin, %d, %d, )",
                                rotate.in(), flow.cosines(rotate), rotate.head(), rotate.part())));
            case Step.Temper temper -> List.of(assign(temper.out(), tempered(temper.in())));
            case Step.Attend attend -> List.of(assign(attend.out(), attend(attend)));
            case Step.Multiply multiply ->
                List.of(assign(multiply.out(), Text.format("torch.mul(%s, %s)", multiply.a(), multiply.b())));
            case Step.Convolve convolve -> List.of(assign(convolve.out(), convolve(convolve)));
            case Step.DeltaRule delta -> List.of(assign(delta.out(), delta(delta)));
            case Step.Experts experts ->
                List.of(assign(
                        experts.out(), Text.format("(self).experts(%s, %s)", experts.in(), arguments(experts, flow))));
            case Step.StackedExperts experts ->
                List.of(assign(
                        experts.out(),
                        Text.format("(self).stacked_experts(%s, %s)", experts.in(), arguments(experts, flow))));
            case Step.Gate gate
            when isFused(gate.up()) -> List.of(assign(gate.out(), fused("times", gate.up(), gate.gate())));
            case Step.Gate gate ->
                List.of(assign(
                        gate.out(),
                        Text.format(
                                "torch.%s(%s, %s)",
                                // What a sigmoid gives is what libtorch derives it from.
                                gate.activation() == Step.Activation.SIGMOID ? "mul" : "mul_",
                                gate.activation().of(gate.gate()),
                                gate.up())));
            case Step.Activate activate ->
                List.of(assign(activate.out(), activate.activation().of(activate.in())));
            case Step.Scale scale ->
                List.of(assign(
                        scale.out(),
                        Text.format("torch.%s(%s, %s)", in("mul", scale, scale.in()), scale.in(), scale.factor())));
            case Step.Add add
            when isFused(add.branch()) -> List.of(assign(add.out(), fused("plus", add.branch(), add.stream())));
            case Step.Add add ->
                List.of(assign(
                        add.out(),
                        Text.format("torch.%s(%s, %s)", in("add", add, add.branch()), add.branch(), add.stream())));
        };
    }

    static String tempered(String value) {
        return Text.format("torch.mul(%s, torch.select(cos, 2, -1))", value);
    }

    static String assign(String name, String expression) {
        return name + " = " + expression;
    }

    static String norm(Step.Norm norm, Dataflow flow) {
        String weights = weights(norm, flow);
        String in = norm.over() == norm.width()
                ? norm.in()
                : Text.format("torch.reshape(%s, [-1, %d])", norm.in(), norm.over());
        String out = Text.format("(self).norm_%s(%s, %s, %s, )", norm.kind(), in, weights, norm.eps());
        return norm.over() == norm.width() ? out : Text.format("torch.reshape(%s, [-1, %d])", out, norm.width());
    }

    /// The weights of a norm as arguments.
    static String weights(Step.Norm norm, Dataflow flow) {
        return norm.weights().stream().map(flow::weight).collect(Collectors.joining(", "));
    }

    private static List<String> deal(Step.Deal deal) {
        String in = deal.in();
        int count = deal.outs().size();
        List<String> lines = new ArrayList<>();
        lines.add(assign(
                in + "_dealt",
                Text.format("torch.reshape(%s, [torch.size(%s, 0), -1, %d, %d])", in, in, count, deal.block())));
        for (int o = 0; o < count; o++) {
            lines.add(assign(
                    deal.outs().get(o),
                    Text.format("torch.reshape(torch.select(%s_dealt, 2, %d), [-1, %d])", in, o, deal.width())));
        }
        return lines;
    }

    /// The operation in place, if nobody else needs what it writes over.
    private String in(String operation, Step step, String target) {
        boolean free = flow.maker(target) != null
                && !wanted.contains(target)
                && flow.users(target).equals(List.of(step));
        return free ? operation + "_" : operation;
    }

    /// Whether the step that uses a value makes it, too.
    private boolean isFused(String value) {
        return flow.maker(value) instanceof Step.Linear linear && fused.containsKey(linear);
    }

    /// @param product the value, which is a product's
    /// @param with what else the step uses
    private String fused(String then, String product, String with) {
        Step.Linear linear = (Step.Linear) Objects.requireNonNull(flow.maker(product));
        return Text.format(
                "(self).product_%s(%s, %s, %s, )",
                then, linear.in(), flow.weight(linear.weights().getFirst()), with);
    }

    private List<String> linear(Step.Linear linear) {
        if (fused.get(linear) instanceof Step.Gate gate && linear.equals(flow.maker(gate.gate()))) {
            String matrix = flow.weight(linear.weights().getFirst());
            return List.of(assign(gate.gate(), Text.format("(self).product_silu(%s, %s, )", linear.in(), matrix)));
        }
        if (fused.containsKey(linear)) {
            return List.of();
        }
        List<String> outs = linear.outputs().stream().map(Step.Value::name).toList();
        boolean columns = byFeature && outs.stream().allMatch(flow::isByFeature);
        if (outs.size() == 1) {
            return List.of(assign(outs.getFirst(), product(linear, columns)));
        }
        List<String> lines = new ArrayList<>();
        String whole = String.join("_", outs);
        lines.add(assign(whole, product(linear, columns)));
        String sizes = linear.outputs().stream()
                .map(value -> Integer.toString(value.width()))
                .collect(Collectors.joining(", "));
        String parts = whole + "_parts";
        lines.add(assign(parts, Text.format("torch.split_with_sizes(%s, [%s], %d)", whole, sizes, columns ? 0 : 1)));
        for (int o = 0; o < outs.size(); o++) {
            lines.add(assign(outs.get(o), parts + "[" + o + "]"));
        }
        return lines;
    }

    private String product(Step.Linear linear, boolean columns) {
        List<Weight> weights = linear.weights();
        String stored = flow.weight(weights.getFirst());
        String matrix = linear.layout() == Step.Linear.Layout.OUT_IN ? stored : "torch.t(" + stored + ")";
        String in = byFeature && flow.isByFeature(linear.in()) ? "torch.t(" + linear.in() + ")" : linear.in();
        String product = columns
                ? Text.format("(self).product(%s, %s, )", matrix, in)
                : Text.format("(self).linear(%s, %s, )", in, matrix);
        if (linear.bias() == null) {
            return product;
        }
        String bias = flow.weight(weights.getLast());
        return Text.format("torch.add_(%s, %s)", product, columns ? "torch.unsqueeze(" + bias + ", 1)" : bias);
    }

    /// What the methods of experts take behind the values.
    static String arguments(Step.Experts experts, Dataflow flow) {
        List<Weight> weights = experts.weights();
        int first = flow.number(weights.get(1));
        return Text.format(
                "%s, torch.slice(w, %d, %d, 1), %d, %s, ",
                flow.weight(weights.getFirst()),
                first,
                first + weights.size() - 1,
                experts.top(),
                experts.normalized() ? "True" : "False");
    }

    static String arguments(Step.StackedExperts experts, Dataflow flow) {
        return Text.format(
                "%s, %d, %s, ",
                experts.weights().stream().map(flow::weight).collect(Collectors.joining(", ")),
                experts.top(),
                experts.limit());
    }

    /// The sinks of attention as an argument.
    static String sinks(Step.Attend attend, Dataflow flow) {
        return attend.sinks() == null ? "None" : flow.weight(attend.weights().getFirst());
    }

    private String convolve(Step.Convolve convolve) {
        String kernel = flow.weight(convolve.weights().getFirst());
        String out = past != Past.CACHE
                ? Text.format("(self).convolve(%s, %s, (self).ints(groups, ), )", convolve.in(), kernel)
                : Text.format(
                        "(self).convolve_in_cache(%s, %s, keys, slots, starts, lengths, )", convolve.in(), kernel);
        return convolve.bias() == null
                ? out
                : Text.format(
                        "torch.add(%s, %s)", out, flow.weight(convolve.weights().getLast()));
    }

    private String delta(Step.DeltaRule delta) {
        return past != Past.CACHE
                ? Text.format("(self).delta(%s)", arguments(delta, flow, "(self).ints(groups, )"))
                : Text.format("(self).delta_in_cache(%s)", arguments(delta, flow, "values, slots, starts, lengths"));
    }

    /// What the methods of the delta rule take.
    ///
    /// @param which sequences
    static String arguments(Step.DeltaRule delta, Dataflow flow, String which) {
        return Text.format(
                "%s, %s, %s, %d, %d, %d, ",
                String.join(", ", delta.inputs()),
                delta.weights().stream().map(flow::weight).collect(Collectors.joining(", ")),
                which,
                delta.keyHeads(),
                delta.keyHead(),
                delta.head());
    }

    private String attend(Step.Attend attend) {
        String shape = Text.format(
                "%d, %s, %d, %s, %s",
                attend.head(), attend.scale(), attend.window(), attend.cap(), sinks(attend, flow));
        String of = Text.format("%s, %s, %s", attend.q(), attend.k(), attend.v());
        return switch (past) {
            case NONE -> Text.format("(self).attend(%s, (self).ints(groups, ), %s, )", of, shape);
            case START -> Text.format("(self).attend_behind(%s, keys, values, (self).ints(groups, ), %s, )", of, shape);
            case CACHE -> Text.format("(self).attend_in_cache(%s, %s, %s, )", of, CACHE, shape);
        };
    }
}
